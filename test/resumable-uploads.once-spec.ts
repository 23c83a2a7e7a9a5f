import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PART_BYTES } from '../src/audio/parts/part-storage.js';
import { wav } from './support/api.js';
import { freePort } from './support/free-port.js';
import type { HttpAnswer } from './support/http-request.js';
import { query } from './support/record.js';
import { S3Server } from './support/s3-server.js';
import { ServiceProcess } from './support/service-process.js';
import { storedFiles } from './support/stored-files.js';
import { World } from './support/test-service.js';
import { Tus } from './support/tus.js';
import { waitUntil } from './support/wait-until.js';

const TENTHS = 10;
const UNFINISHED = 50;
const MAX_UPLOAD_BYTES = 20_000_000;
/** Two parts and some bytes more. */
const LONG_SECONDS = Math.ceil((2 * PART_BYTES + 500_000) / 16_000);
const SMALL_SECONDS = 10;

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const recording = (seconds: number): Buffer => Buffer.from(wav(crypto.randomUUID(), seconds));
const chunkIdOf = ({ headers }: HttpAnswer): string => String(headers['ringback-chunk-id']);
const codeOf = ({ body }: HttpAnswer): unknown => (body as { code?: string }).code;

interface StoreKind {
  name: string;
  start: () => Promise<S3Server | undefined>;
}

const KINDS: StoreKind[] = [
  { name: 'in the local folder', start: () => Promise.resolve(undefined) },
  { name: 'in a bucket', start: () => S3Server.start('fauxqs') },
];

describe.each(KINDS)('a resumable upload, with recordings $name', ({ start }) => {
  let bucket: S3Server | undefined;
  let world: World;
  let tus: Tus;

  beforeAll(async () => {
    bucket = await start();
    world = await World.start({
      env: {
        ...bucket?.env(),
        MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES),
        // Also the interval of the timer that ends uploads.
        RECONCILE_INTERVAL_MS: '200',
      },
    });
    tus = new Tus(world.api.url);
  });

  afterAll(async () => {
    await world.stop();
    await bucket?.stop();
  });

  /** Everything in the store, by the end of its name. */
  async function stored(): Promise<string[]> {
    if (bucket === undefined) return storedFiles(world.dataDir);
    return [...(await bucket.keys()), ...(await bucket.unfinishedKeys())];
  }

  async function storedOf(conversationId: string): Promise<string[]> {
    return (await stored()).filter((name) => name.includes(conversationId));
  }

  async function newConversation(): Promise<string> {
    return (await world.api.createConversation()).id;
  }

  async function audioOf(chunkId: string): Promise<Buffer> {
    const response = await fetch(`${world.api.url}/api/chunks/${chunkId}/audio`);
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  }

  async function row(path: string): Promise<Record<string, unknown> | undefined> {
    const [found] = await query<Record<string, unknown>>(
      world.database.url,
      'select * from uploads where id = $1',
      [path.split('/').at(-1)],
    );
    return found;
  }

  /** Waits until the conversation has exactly this one chunk, with this recording and no parts. */
  async function expectOneChunk(conversationId: string, chunkId: string, content: Buffer): Promise<void> {
    const { chunks } = await world.api.conversation(conversationId);
    expect(chunks.total).toBe(1);
    expect((await world.api.chunk(chunkId)).conversationId).toBe(conversationId);
    expect(sha256(await audioOf(chunkId))).toBe(sha256(content));
    const left = await waitUntil(
      () => storedOf(conversationId),
      (names) => names.length === 1,
    );
    expect(left).toEqual([expect.stringMatching(new RegExp(`${conversationId}/${chunkId}\\.wav$`))]);
  }

  it('that is cut at each tenth of its bytes resumes, and ends in one chunk with the same bytes', async () => {
    const content = recording(LONG_SECONDS);
    const conversationId = await newConversation();
    const path = await tus.begin(conversationId, content.length, { filename: 'talk.wav' });
    let before = 0;
    for (let tenth = 1; tenth < TENTHS; tenth += 1) {
      const until = Math.floor((content.length * tenth) / TENTHS);
      const patch = await tus.open(path, { offset: before, content, until });
      await waitUntil(
        () => row(path),
        (state) => typeof state?.lock_token === 'string',
      );
      patch.cut();
      const offset = await tus.offset(path);
      expect(offset).toBeGreaterThanOrEqual(before);
      expect(offset).toBeLessThanOrEqual(until);
      const answer = await tus.patch(path, offset, content.subarray(offset, until));
      expect(answer).toMatchObject({ status: 204, headers: { 'upload-offset': String(until) } });
      before = until;
    }

    const answer = await tus.resume(path, content);

    expect(answer).toMatchObject({ status: 204, headers: { 'upload-offset': String(content.length) } });
    expect(answer.headers['upload-expires']).toBeUndefined();
    const chunkId = chunkIdOf(answer);
    await expectOneChunk(conversationId, chunkId, content);
    expect(await world.api.settledChunk(chunkId)).toMatchObject({ status: 'completed', error: null });
    const head = await tus.head(path);
    expect(head).toMatchObject({
      status: 200,
      headers: {
        'upload-offset': String(content.length),
        'upload-length': String(content.length),
        'ringback-chunk-id': chunkId,
        'cache-control': 'no-store',
      },
    });
    expect(head.headers['access-control-allow-origin']).toBeUndefined();
    expect(await row(path)).toMatchObject({ metadata: null });
  });

  it('that nobody goes on with expires, and leaves no bytes behind', async () => {
    const conversationId = await newConversation();
    const content = recording(LONG_SECONDS);
    for (let number = 0; number < UNFINISHED; number += 1) {
      const path = await tus.begin(conversationId, content.length);
      // Some have parts, some have bytes that are too few for one, and one has none.
      const bytes = number % TENTHS === 1 ? PART_BYTES + number : number * 1_000;
      const answer = await tus.patch(path, 0, content.subarray(0, bytes));
      expect(answer).toMatchObject({ status: 204, headers: { 'upload-offset': String(bytes) } });
      const expires = Date.parse(String(answer.headers['upload-expires']));
      expect(expires - Date.now()).toBeGreaterThan(23 * 3_600_000);
    }
    expect((await storedOf(conversationId)).length).toBeGreaterThanOrEqual(UNFINISHED - 1);
    expect(await world.api.metric('ringback_unfinished_uploads')).toBe(UNFINISHED);

    // A day later.
    await query(
      world.database.url,
      `update uploads set expires_at = now() - interval '1 second' where conversation_id = $1`,
      [conversationId],
    );
    await waitUntil(
      () => query(world.database.url, 'select id from uploads where conversation_id = $1', [conversationId]),
      (left) => left.length === 0,
    );

    expect(await storedOf(conversationId)).toEqual([]);
    expect(await query(world.database.url, 'select * from upload_parts')).toEqual([]);
    expect((await world.api.conversation(conversationId)).chunks.total).toBe(0);
  });

  it('is 410 when it has expired, also when no record of it is left', async () => {
    const path = await tus.begin(await newConversation(), 1_000);
    // Locked, so that the timer does not remove it yet.
    await query(
      world.database.url,
      `update uploads set expires_at = now(), lock_until = now() + interval '1 hour' where id = $1`,
      [path.split('/').at(-1)],
    );
    const old = '/api/uploads/01890000-0000-7000-8000-000000000000';
    for (const gone of [path, old]) {
      expect((await tus.head(gone)).status).toBe(410);
      const answer = await tus.patch(gone, 0, Buffer.from('x'));
      expect([answer.status, codeOf(answer)]).toEqual([410, 'gone']);
    }
    await endLease(path);
    await waitUntil(
      () => row(path),
      (left) => left === undefined,
    );
  });

  it('goes on after its process was killed in the middle of a PATCH', async () => {
    const content = recording(LONG_SECONDS);
    const conversationId = await newConversation();
    const process = await ServiceProcess.start({ ...world.env(), PORT: String(await freePort()) });
    let path: string;
    try {
      const other = new Tus(urlOf(process));
      path = await other.begin(conversationId, content.length);
      await other.open(path, { offset: 0, content, until: content.length - 100_000 });
      await waitUntil(
        () => row(path),
        (state) => Number(state?.part_bytes) === 2 * PART_BYTES,
      );
    } finally {
      await process.stop('SIGKILL');
    }
    await endLease(path);

    expect(await tus.offset(path)).toBe(2 * PART_BYTES);
    const answer = await tus.resume(path, content);

    expect(answer.status).toBe(204);
    await expectOneChunk(conversationId, chunkIdOf(answer), content);
  });

  it.each(['HEAD', 'the timer'])(
    'becomes a chunk once, by %s, when its process was killed between its last byte and the chunk',
    async (healer) => {
      const content = recording(LONG_SECONDS);
      const conversationId = await newConversation();
      const process = await ServiceProcess.start({ ...world.env(), PORT: String(await freePort()) });
      let path: string;
      const release = await lockChunks();
      try {
        const other = new Tus(urlOf(process));
        path = await other.begin(conversationId, content.length);
        const patch = await other.open(path, { offset: 0, content, until: content.length });
        await waitUntil(
          () =>
            query(
              world.database.url,
              `select 1 from pg_locks l join pg_class c on c.oid = l.relation
            where c.relname = 'chunks' and not l.granted`,
            ),
          (waiting) => waiting.length > 0,
        );
        await process.stop('SIGKILL');
        patch.cut();
      } finally {
        await process.stop('SIGKILL');
        await release();
      }
      await endLease(path);
      if (healer === 'the timer') {
        await query(
          world.database.url,
          `update uploads set expires_at = expires_at - interval '1 minute' where id = $1`,
          [path.split('/').at(-1)],
        );
        await waitUntil(
          () => row(path),
          (state) => state?.status === 'completed',
        );
      }
      const first = await tus.head(path);
      const second = await tus.patch(path, content.length, Buffer.alloc(0));

      expect(first).toMatchObject({ status: 200, headers: { 'upload-offset': String(content.length) } });
      expect(second.status).toBe(204);
      expect(chunkIdOf(second)).toBe(chunkIdOf(first));
      await expectOneChunk(conversationId, chunkIdOf(first), content);
    },
  );

  it('mixes no bytes of two requests at once, also at two processes', async () => {
    const content = recording(SMALL_SECONDS);
    const foreign = Buffer.alloc(content.length, 0x55);
    const half = Math.floor(content.length / 2);
    const conversationId = await newConversation();
    const process = await ServiceProcess.start({ ...world.env(), PORT: String(await freePort()) });
    try {
      for (const other of [tus, new Tus(urlOf(process))]) {
        const path = await tus.begin(conversationId, content.length);
        const first = await tus.open(path, { offset: 0, content, until: half });
        await waitUntil(
          () => row(path),
          (state) => typeof state?.lock_token === 'string',
        );

        const second = await other.patch(path, 0, foreign);

        expect([second.status, codeOf(second)]).toEqual([409, 'wrong_offset']);
        expect(await first.answer()).toEqual({ status: 204, offset: half });
        const end = await other.resume(path, content);
        expect(sha256(await audioOf(chunkIdOf(end)))).toBe(sha256(content));
      }
    } finally {
      await process.stop();
    }
  });

  it.each([
    ['a text', 'This is no recording. '],
    ['zeros', '\0'],
  ])(
    'is refused when %s arrives instead of a recording, before its end, and nothing is left',
    async (_name, text) => {
      const conversationId = await newConversation();
      const path = await tus.begin(conversationId, MAX_UPLOAD_BYTES);
      const answer = await tus.patch(path, 0, Buffer.alloc(PART_BYTES + 100, text));

      expect([answer.status, codeOf(answer)]).toEqual([415, 'not_audio']);
      expect(await storedOf(conversationId)).toEqual([]);
      const later = await tus.patch(path, 0, Buffer.from('x'));
      expect([later.status, codeOf(later)]).toEqual([410, 'gone']);
      expect((await world.api.conversation(conversationId)).chunks.total).toBe(0);
    },
  );

  it('that is no recording is refused at its last byte when it came in tiny pieces', async () => {
    const conversationId = await newConversation();
    const path = await tus.begin(conversationId, 30);
    expect((await tus.patch(path, 0, Buffer.from('fifteen letters'))).status).toBe(204);
    const answer = await tus.patch(path, 15, Buffer.from('fifteen letters'));

    expect([answer.status, codeOf(answer)]).toEqual([415, 'not_audio']);
    expect(await storedOf(conversationId)).toEqual([]);
  });

  it('of a film without sound is refused at its last byte, and nothing is left', async () => {
    const film = await readFile(new URL('recordings/film.mp4', import.meta.url));
    const conversationId = await newConversation();
    const path = await tus.begin(conversationId, film.length);
    const answer = await tus.patch(path, 0, film);

    expect([answer.status, codeOf(answer)]).toEqual([415, 'no_audio_track']);
    expect(await storedOf(conversationId)).toEqual([]);
    expect((await world.api.conversation(conversationId)).chunks.total).toBe(0);
    expect((await tus.head(path)).status).toBe(410);
  });

  it('loses its bytes when its conversation is deleted, and is not found then', async () => {
    const conversationId = await newConversation();
    const path = await tus.begin(conversationId, MAX_UPLOAD_BYTES);
    await tus.patch(path, 0, recording(LONG_SECONDS).subarray(0, PART_BYTES + 1_000));
    expect((await storedOf(conversationId)).length).toBeGreaterThan(0);

    await world.api.send('DELETE', `/api/conversations/${conversationId}`, {});

    expect((await tus.head(path)).status).toBe(404);
    expect(await row(path)).toBeUndefined();
    await waitUntil(
      () => storedOf(conversationId),
      (names) => names.length === 0,
    );
  });

  it('is 409 and loses its bytes when its conversation is finished', async () => {
    const conversationId = await newConversation();
    const path = await tus.begin(conversationId, MAX_UPLOAD_BYTES);
    await tus.patch(path, 0, recording(LONG_SECONDS).subarray(0, PART_BYTES + 1_000));

    await world.api.finish(conversationId);

    const answer = await tus.patch(path, PART_BYTES + 1_000, Buffer.from('x'));
    expect([answer.status, codeOf(answer)]).toEqual([409, 'conversation_finished']);
    expect(await storedOf(conversationId)).toEqual([]);
    expect((await tus.head(path)).status).toBe(409);
  });

  it('is removed with its bytes by its sender, but not when it is a chunk', async () => {
    const content = recording(1);
    const conversationId = await newConversation();
    const path = await tus.begin(conversationId, content.length);
    await tus.patch(path, 0, content.subarray(0, 1_000));
    expect((await tus.remove(path)).status).toBe(204);
    expect(await storedOf(conversationId)).toEqual([]);
    expect((await tus.head(path)).status).toBe(404);

    const kept = await tus.begin(conversationId, content.length);
    const chunkId = chunkIdOf(await tus.patch(kept, 0, content));
    const answer = await tus.remove(kept);
    expect([answer.status, codeOf(answer)]).toEqual([409, 'upload_completed']);
    await expectOneChunk(conversationId, chunkId, content);
  });

  it('takes its first bytes with its creation, and none beyond its length', async () => {
    const content = recording(1);
    const conversationId = await newConversation();
    const first = await tus.create({
      length: content.length,
      metadata: { conversationId },
      body: content.subarray(0, 1_000),
    });
    expect(first).toMatchObject({ status: 201, headers: { 'upload-offset': '1000' } });
    const path = String(first.headers.location);
    const beyond = await tus.patch(path, 1_000, content);
    expect([beyond.status, codeOf(beyond)]).toEqual([413, 'too_large']);
    await expectOneChunk(conversationId, chunkIdOf(await tus.resume(path, content)), content);
  });

  it('with an idempotency key is the same upload, and then the same chunk', async () => {
    const content = recording(1);
    const conversationId = await newConversation();
    const options = {
      length: content.length,
      metadata: { conversationId, position: '4' },
      headers: { 'idempotency-key': 'once' },
    };
    const first = await tus.create(options);
    const path = String(first.headers.location);
    await tus.patch(path, 0, content.subarray(0, 100));

    const repeated = await tus.create(options);
    const other = await tus.create({ ...options, length: content.length + 1 });

    expect(repeated).toMatchObject({ status: 201, headers: { location: path, 'upload-offset': '100' } });
    expect(other.status).toBe(409);
    const chunkId = chunkIdOf(await tus.resume(path, content));
    const again = await tus.create(options);
    expect(again).toMatchObject({
      status: 201,
      headers: { 'upload-offset': String(content.length), 'ringback-chunk-id': chunkId },
    });
    const posted = await world.api.addChunk(conversationId, { headers: { 'idempotency-key': 'once' } });
    expect(posted).toMatchObject({ id: chunkId, position: 4 });
    await expectOneChunk(conversationId, chunkId, content);
  });

  async function endLease(path: string): Promise<void> {
    await query(world.database.url, 'update uploads set lock_until = now() where id = $1', [
      path.split('/').at(-1),
    ]);
  }

  /** Lets chunks be read and not written. */
  async function lockChunks(): Promise<() => Promise<void>> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: world.database.url });
    await client.connect();
    await client.query('begin');
    await client.query('lock table chunks in share mode');
    return () => client.end();
  }
});

function urlOf(process: ServiceProcess): string {
  return /listening on (?<url>http:\S+?),/.exec(process.output)?.groups?.url ?? '';
}
