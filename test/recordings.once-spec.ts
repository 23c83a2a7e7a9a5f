import { readdir, readlink, rm } from 'node:fs/promises';
import {
  createServer,
  get as openGet,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wav } from './support/api.js';
import { settleChunk } from './support/one-chunk.js';
import { query } from './support/record.js';
import { S3Server } from './support/s3-server.js';
import { storedFiles } from './support/stored-files.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';
const MIB = 1_048_576;

/** Adds a recording to a new conversation. */
async function stored(world: World, audio = wav(crypto.randomUUID())) {
  const { id } = await world.api.createConversation();
  const chunk = await world.api.addChunk(id, { audio });
  return { chunk, audio: Buffer.from(audio), path: `/api/chunks/${chunk.id}/audio` };
}

async function request(world: World, path: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await fetch(`${world.api.url}${path}`, { method, headers, redirect: 'manual' });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

const bodyOf = ({ bytes }: { bytes: Buffer }): unknown => JSON.parse(bytes.toString('utf8'));

let world: World;

beforeAll(async () => {
  world = await World.start({ env: { ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8' } });
});

afterAll(async () => {
  await world.stop();
});

describe('the recording of a chunk, in a folder', () => {
  it('is sent whole, with its type and length, to the listener alone', async () => {
    const { path, audio, chunk } = await stored(world);

    const answer = await request(world, path);

    expect(answer.status).toBe(200);
    expect(answer.bytes.equals(audio)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'audio/wav',
      'content-length': String(audio.length),
      'accept-ranges': 'bytes',
      'content-disposition': 'inline',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
      etag: `"${chunk.id}"`,
    });
    expect(answer.headers.has('content-range')).toBe(false);
  });

  it.each([
    ['bytes=0-99', 0, 99],
    ['bytes=100-', 100, 16_043],
    ['bytes=-44', 16_000, 16_043],
    ['bytes=16043-99999', 16_043, 16_043],
  ])('is sent in part: %s', async (range, first, last) => {
    const { path, audio } = await stored(world);

    const answer = await request(world, path, { range });

    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${first}-${last}/${audio.length}`);
    expect(answer.headers.get('content-length')).toBe(String(last - first + 1));
    expect(answer.bytes.equals(audio.subarray(first, last + 1))).toBe(true);
  });

  it.each(['bytes=0-9,20-29', 'bytes=9-0', 'pages=1-2', 'bytes=x'])(
    'is sent whole where the range is not one of bytes: %s',
    async (range) => {
      const { path, audio } = await stored(world);

      const answer = await request(world, path, { range });

      expect(answer.status).toBe(200);
      expect(answer.bytes.equals(audio)).toBe(true);
    },
  );

  it('answers 416 with its length to a range beyond its end', async () => {
    const { path, audio } = await stored(world);

    for (const range of [`bytes=${audio.length}-`, 'bytes=-0']) {
      const answer = await request(world, path, { range });

      expect(answer.status).toBe(416);
      expect(answer.headers.get('content-range')).toBe(`bytes */${audio.length}`);
      expect(bodyOf(answer)).toMatchObject({ statusCode: 416, code: 'range_not_satisfiable' });
    }
  });

  it('is described by HEAD without being sent, whatever the range', async () => {
    const { path, audio, chunk } = await stored(world);

    for (const headers of [{}, { range: 'bytes=0-9' }] as Record<string, string>[]) {
      const answer = await request(world, path, headers, 'HEAD');

      expect(answer.status).toBe(200);
      expect(answer.bytes).toHaveLength(0);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'audio/wav',
        'content-length': String(audio.length),
        'accept-ranges': 'bytes',
        etag: `"${chunk.id}"`,
      });
    }
  });

  it('is not sent again to a client that has it, and sent whole to one that has another version', async () => {
    const { path, audio, chunk } = await stored(world);
    const etag = `"${chunk.id}"`;
    const range = 'bytes=10-19';

    const same = await request(world, path, { 'if-none-match': `"other", W/${etag}` });
    const rest = await request(world, path, { range, 'if-range': etag });
    const other = await request(world, path, { range, 'if-range': '"other"' });
    const weak = await request(world, path, { range, 'if-range': `W/${etag}` });
    const dated = await request(world, path, { range, 'if-range': new Date().toUTCString() });

    expect([same.status, same.bytes.length, same.headers.get('etag')]).toEqual([304, 0, etag]);
    expect([rest.status, rest.bytes.length]).toEqual([206, 10]);
    for (const answer of [other, weak, dated]) {
      expect([answer.status, answer.bytes.length]).toEqual([200, audio.length]);
    }
  });

  it('closes its file when the client goes away', async () => {
    const audio = new Uint8Array(Buffer.concat([wav(), Buffer.alloc(20 * MIB, 7)]));
    const { path, chunk } = await stored(world, audio);
    const openFiles = async (): Promise<string[]> => {
      const names = await readdir('/proc/self/fd');
      const paths = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
      return paths.filter((one) => one.includes(chunk.id));
    };

    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      openGet(`${world.api.url}${path}`, resolve).on('error', reject);
    });
    answer.on('error', () => undefined).pause();
    await waitUntil(openFiles, (files) => files.length === 1);
    answer.destroy();

    expect(await waitUntil(openFiles, (files) => files.length === 0)).toEqual([]);
  });

  it('is gone once it was removed: by its retention, from its folder, or with its conversation', async () => {
    const expired = await settleChunk(world.api);
    const lost = await stored(world);
    const deleted = await settleChunk(world.api);
    await query(world.database.url, 'update chunks set audio_expired_at = now() where id = $1', [expired.id]);
    await world.api.settledChunk(lost.chunk.id);
    const file = (await storedFiles(world.dataDir)).find((name) => name.includes(lost.chunk.id)) ?? '';
    await rm(file);
    await world.api.send('DELETE', `/api/conversations/${deleted.conversationId}`, {});

    for (const id of [expired.id, lost.chunk.id, deleted.id]) {
      const answer = await request(world, `/api/chunks/${id}/audio`);
      expect([answer.status, bodyOf(answer)]).toEqual([
        410,
        expect.objectContaining({ statusCode: 410, error: 'Gone', code: 'recording_gone' }),
      ]);
    }
    expect((await request(world, `/api/conversations/${deleted.conversationId}/audio`)).status).toBe(410);
  });

  it('cannot be read now when the store fails, and is unknown for an unknown chunk', async () => {
    const { path, chunk } = await stored(world);
    await world.api.settledChunk(chunk.id);
    await query(
      world.database.url,
      `update chunks set audio_key = replace(audio_key, '/', '.wav/') where id = $1`,
      [chunk.id],
    );
    const unknown = await request(world, `/api/chunks/${UNKNOWN_ID}/audio`);

    expect((await request(world, path)).status).toBe(500);
    expect(unknown.status).toBe(404);
    expect((await request(world, '/api/chunks/not-an-id/audio')).status).toBe(400);
    expect((await request(world, `/api/conversations/${UNKNOWN_ID}/audio`)).status).toBe(404);
  });
});

describe('the recording of a chunk, at the URL of its sender', () => {
  let source: Server;
  let answerWith: (request: IncomingMessage, response: ServerResponse) => void;
  const seen: IncomingMessage[] = [];

  beforeAll(async () => {
    source = createServer((incoming, response) => {
      seen.push(incoming);
      answerWith(incoming, response);
    });
    await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve));
  });

  afterAll(async () => {
    source.closeAllConnections();
    await new Promise((resolve) => source.close(resolve));
  });

  const sourceUrl = (name: string): string =>
    `http://127.0.0.1:${(source.address() as AddressInfo).port}/${name}`;

  /** Records a chunk whose processing has ended already, so that only listeners ask for its URL. */
  async function chunkAt(url: string): Promise<string> {
    const { id } = await settleChunk(world.api);
    await query(
      world.database.url,
      'update chunks set audio_url = $2, audio_key = null, audio_mime_type = null, audio_bytes = null where id = $1',
      [id, url],
    );
    seen.length = 0;
    return `/api/chunks/${id}/audio`;
  }

  it('is passed through with its type, whole and in part', async () => {
    const audio = Buffer.from(wav('at its sender'));
    answerWith = (incoming, response) => {
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? '') ?? [];
      const headers = { 'content-type': 'audio/mpeg; x=1', etag: '"one"', 'set-cookie': 'a=b' };
      if (first === undefined) {
        response.writeHead(200, { ...headers, 'content-length': audio.length }).end(audio);
        return;
      }
      response
        .writeHead(206, { ...headers, 'content-range': `bytes ${first}-${last ?? ''}/${audio.length}` })
        .end(audio.subarray(Number(first), Number(last) + 1));
    };
    const path = await chunkAt(sourceUrl('talk.mp3'));

    const whole = await request(world, path);
    const part = await request(world, path, { range: 'bytes=10-19', 'if-range': '"one"' });
    const several = await request(world, path, { range: 'bytes=10-19,30-39' });
    const head = await request(world, path, {}, 'HEAD');

    expect([whole.status, whole.bytes.equals(audio)]).toEqual([200, true]);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'audio/mpeg',
      'content-length': String(audio.length),
      'cache-control': 'private, no-cache',
      'x-content-type-options': 'nosniff',
      etag: '"one"',
    });
    expect(whole.headers.has('set-cookie')).toBe(false);
    expect([part.status, part.bytes.equals(audio.subarray(10, 20))]).toEqual([206, true]);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${audio.length}`);
    expect(several.status).toBe(200);
    expect([head.status, head.bytes.length, head.headers.get('content-length')]).toEqual([
      200,
      0,
      String(audio.length),
    ]);
    expect(seen.map(({ method, headers }) => [method, headers.range, headers['if-range']])).toEqual([
      ['GET', undefined, undefined],
      ['GET', 'bytes=10-19', '"one"'],
      ['GET', undefined, undefined],
      ['GET', undefined, undefined],
    ]);
    expect(seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it('answers 416 as its own server does', async () => {
    answerWith = (_incoming, response) => {
      response.writeHead(416, { 'content-range': 'bytes */50' }).end();
    };
    const answer = await request(world, await chunkAt(sourceUrl('short.mp3')), { range: 'bytes=90-' });

    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */50']);
  });

  it('is never a page of this service, whatever its server says', async () => {
    answerWith = (_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<script>alert(1)</script>');
    };
    const page = await request(world, await chunkAt(sourceUrl('page')));
    const named = await request(world, await chunkAt(sourceUrl('talk.mp3')));

    expect(page.headers.get('content-type')).toBe('application/octet-stream');
    expect(named.headers.get('content-type')).toBe('audio/mpeg');
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['fails', (response) => response.writeHead(500).end()],
    ['redirects', (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()],
    ['answers with an unknown part', (response) => response.writeHead(206).end('x')],
    [
      'answers in an encoding',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    ],
    [
      'answers with too much',
      (response) => response.writeHead(200, { 'content-length': '9999999999' }).write('x'),
    ],
    ['hangs up', (response) => response.destroy()],
  ])('cannot be reached when its server %s', async (_what, answer) => {
    answerWith = (_incoming, response) => {
      answer(response);
    };
    const url = sourceUrl('secret-name.mp3');
    const refused = await request(world, await chunkAt(url));

    expect([refused.status, bodyOf(refused)]).toEqual([
      502,
      expect.objectContaining({ statusCode: 502, error: 'Bad Gateway', code: 'recording_unreachable' }),
    ]);
    expect(refused.bytes.toString('utf8')).not.toContain('secret-name');
  });

  it.each(['http://169.254.169.254/latest/meta-data.mp3', 'http://10.0.0.1/a.mp3', 'file:///etc/passwd'])(
    'is not fetched from a place that is not public: %s',
    async (url) => {
      const refused = await request(world, await chunkAt(url));

      expect(refused.status).toBe(502);
      expect(refused.bytes.toString('utf8')).toMatch(/private address|http or https/);
    },
  );

  it('is no longer fetched when the client goes away', async () => {
    const closed = new Promise((resolve) => {
      answerWith = (_incoming, response) => {
        response.once('close', resolve);
        response.writeHead(200, { 'content-type': 'audio/mpeg' });
        const more = (): void => {
          if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(more));
        };
        more();
      };
    });
    const path = await chunkAt(sourceUrl('endless.mp3'));
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      openGet(`${world.api.url}${path}`, resolve).on('error', reject);
    });
    answer.on('error', () => undefined).once('data', () => answer.destroy());

    await expect(closed).resolves.toBeUndefined();
  });
});

describe('the recording of a chunk, in a bucket', () => {
  let server: S3Server;
  let bucketWorld: World;

  beforeAll(async () => {
    server = await S3Server.start('fauxqs');
    bucketWorld = await World.start({ env: server.env() });
  });

  afterAll(async () => {
    await bucketWorld.stop();
    await server.stop();
  });

  it('is a redirect to a URL for an hour, which no cache keeps', async () => {
    const { path, audio } = await stored(bucketWorld);

    const answer = await request(bucketWorld, path, { range: 'bytes=0-9' });
    const location = new URL(answer.headers.get('location') ?? '');
    const whole = await fetch(location);
    const part = await fetch(location, { headers: { range: 'bytes=0-9' } });
    const head = await request(bucketWorld, path, {}, 'HEAD');
    const described = await fetch(head.headers.get('location') ?? '', { method: 'HEAD' });

    expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'no-store']);
    expect(location.searchParams.get('X-Amz-Expires')).toBe('3600');
    expect(Buffer.from(await whole.arrayBuffer()).equals(audio)).toBe(true);
    expect([part.status, Buffer.from(await part.arrayBuffer()).length]).toEqual([206, 10]);
    expect([head.status, described.status, described.headers.get('content-length')]).toEqual([
      302,
      200,
      String(audio.length),
    ]);
  });

  it('is gone once the bucket has lost it, and unavailable while the bucket is down', async () => {
    const { path, chunk } = await stored(bucketWorld);
    await bucketWorld.api.settledChunk(chunk.id);
    await server.empty();

    expect((await request(bucketWorld, path)).status).toBe(410);
    await server.kill();
    expect((await request(bucketWorld, path)).status).toBe(503);
  });
});
