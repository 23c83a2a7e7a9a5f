import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AudioStorage, ListedAudio } from '../src/audio/audio-storage.js';
import { LocalAudioStorage } from '../src/audio/local-audio-storage.js';
import { S3AudioStorage } from '../src/audio/s3-audio-storage.js';
import { LeftoverAudio } from '../src/privacy/leftover-audio.js';
import { LeftoverAudioRepository } from '../src/privacy/leftover-audio.repository.js';
import { wav } from './support/api.js';
import { settleChunk } from './support/one-chunk.js';
import { useOpenedDatabase } from './support/opened-database.js';
import { query } from './support/record.js';
import { S3Server } from './support/s3-server.js';
import { sharedWorld } from './support/shared-world.js';
import { storedFiles } from './support/stored-files.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

/** Empty store, with a method to add objects that no upload makes. */
interface Store {
  storage: AudioStorage;
  put(key: string): Promise<void>;
  stop(): Promise<void>;
}

async function localStore(): Promise<Store> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ringback-leftovers-'));
  return {
    storage: new LocalAudioStorage({ dataDir }),
    put: async (key) => {
      const path = join(dataDir, 'audio', key);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, 'bytes');
    },
    stop: () => rm(dataDir, { recursive: true }),
  };
}

async function bucketStore(): Promise<Store> {
  const server = await S3Server.start('fauxqs');
  const { bucket, accessKeyId, secretAccessKey, ...where } = server.config();
  const storage = new S3AudioStorage(server.config());
  const client = new S3Client({
    ...where,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  return {
    storage,
    put: async (key) => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'bytes' }));
    },
    stop: async () => {
      client.destroy();
      storage.close();
      await server.stop();
    },
  };
}

const STORES = [
  ['a folder', localStore],
  ['a bucket', bucketStore],
] as const;

async function save(storage: AudioStorage, key: string): Promise<string> {
  const stream = Readable.from([wav(randomUUID())]);
  return (await storage.save({ stream, key, maxBytes: 1_000_000 })).key;
}

async function listed(storage: AudioStorage, limit: number): Promise<ListedAudio[]> {
  const all: ListedAudio[] = [];
  let after: string | undefined;
  do {
    const { recordings, next } = await storage.list({ after, limit });
    expect(recordings.length).toBeLessThanOrEqual(limit);
    all.push(...recordings);
    after = next;
  } while (after !== undefined);
  return all;
}

const keysIn = async (storage: AudioStorage): Promise<string[]> =>
  (await listed(storage, 100)).map(({ key }) => key).sort();

describe.each(STORES)('the recordings in %s', (_name, start) => {
  let store: Store;

  beforeEach(async () => {
    store = await start();
  });

  afterEach(async () => {
    await store.stop();
  });

  it('are listed page by page, each once, with the time of their storage', async () => {
    const { storage } = store;
    const before = Date.now();
    const keys: string[] = [];
    for (const conversation of ['a', 'a-b', 'b']) {
      for (let index = 0; index < 3; index += 1)
        keys.push(await save(storage, `${conversation}/${randomUUID()}`));
    }
    const recordings = await listed(storage, 2);

    expect(recordings.map(({ key }) => key).sort()).toEqual(keys.sort());
    for (const { storedAtMs } of recordings) expect(Math.abs(storedAtMs - before)).toBeLessThan(HOUR_MS);
  });

  it('do not include other files in the store', async () => {
    expect(await listed(store.storage, 2)).toEqual([]);

    for (const key of ['a-file', 'a/notes.txt', 'a/b/c.wav', '.incoming/half.wav', 'a/without-end']) {
      await store.put(key);
    }
    const key = await save(store.storage, 'a/b');

    expect(await listed(store.storage, 2)).toEqual([expect.objectContaining({ key })]);
  });
});

describe.each(STORES)('recordings without a chunk in %s', (_name, start) => {
  const database = useOpenedDatabase();
  let store: Store;
  let leftovers: LeftoverAudio;
  let conversationId: string;

  beforeEach(async () => {
    store = await start();
    leftovers = new LeftoverAudio(new LeftoverAudioRepository(database().database), store.storage);
    conversationId = randomUUID();
    await query(
      database().url,
      'insert into conversations (id, redact_pii, anonymize) values ($1, false, false)',
      [conversationId],
    );
  });

  afterEach(async () => {
    await store.stop();
  });

  async function recordChunk(key: string): Promise<void> {
    const [, id] = /\/(.*)\./.exec(key) ?? [];
    await query(
      database().url,
      'insert into chunks (id, conversation_id, position, audio_key) values ($1, $2, 0, $3)',
      [id, conversationId, key],
    );
  }

  /** Runs a round at an age of the recordings, at a time since the first round. */
  const round = (ageHours: number, hours: number): Promise<void> =>
    leftovers.run(never, { nowMs: Date.now() + ageHours * HOUR_MS, monotonicMs: hours * HOUR_MS });

  it('are removed when they were found twice, a day after they were stored', async () => {
    const owned = await save(store.storage, `${conversationId}/${randomUUID()}`);
    await recordChunk(owned);
    const leftover = await save(store.storage, `${conversationId}/${randomUUID()}`);
    const upperCase = await save(store.storage, `${conversationId.toUpperCase()}/${randomUUID()}`);

    await round(25, 0);
    const afterOne = await keysIn(store.storage);
    await round(26, 2);

    expect(afterOne).toEqual([owned, leftover, upperCase].sort());
    expect(await keysIn(store.storage)).toEqual([owned]);
  });

  it('stay while they are younger than a day', async () => {
    const young = await save(store.storage, `${conversationId}/${randomUUID()}`);
    for (const hours of [0, 2, 4]) await round(23, hours);

    expect(await keysIn(store.storage)).toEqual([young]);
  });

  it('stay when their chunk is recorded after the first round, however old a wrong clock makes them', async () => {
    const late = await save(store.storage, `${conversationId}/${randomUUID()}`);
    await round(48, 0);
    await recordChunk(late);
    for (const hours of [2, 4]) await round(48, hours);

    expect(await keysIn(store.storage)).toEqual([late]);
  });

  it('stay when this database does not know their conversation, as in a store that is shared', async () => {
    const foreign = await save(store.storage, `${randomUUID()}/${randomUUID()}`);
    const probe = await save(store.storage, `doctor/${randomUUID()}`);
    for (const hours of [0, 2, 4]) await round(48, hours);

    expect(await keysIn(store.storage)).toEqual([foreign, probe].sort());
  });

  it('of a deleted conversation are removed, and those of one that is being deleted are left to its deletion', async () => {
    const [deleted, deleting] = [randomUUID(), randomUUID()];
    await query(
      database().url,
      `insert into conversation_deletions (conversation_id, status) values ($1, 'deleted'), ($2, 'deleting')`,
      [deleted, deleting],
    );
    await save(store.storage, `${deleted}/${randomUUID()}`);
    const left = await save(store.storage, `${deleting}/${randomUUID()}`);
    for (const hours of [0, 2]) await round(48, hours);

    expect(await keysIn(store.storage)).toEqual([left]);
  });
});

describe('the service', () => {
  const world = sharedWorld(() => World.start({ env: { RECONCILE_INTERVAL_MS: '100' } }));

  afterAll(() => {
    vi.restoreAllMocks();
  });

  it('keeps no recording whose chunk the database refuses', async () => {
    const { api, database, dataDir } = world();
    const { id } = await api.createConversation();
    await query(
      database.url,
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`,
    );
    await query(database.url, 'create trigger refuse before insert on chunks execute function refuse()');
    const refused = await api.upload(id);
    await query(database.url, 'drop trigger refuse on chunks');

    expect(refused.status).toBe(500);
    expect(await storedFiles(dataDir)).toEqual([]);
  });

  it('removes a recording without a chunk after a day, and keeps those of chunks', async () => {
    const { api, dataDir } = world();
    const chunk = await settleChunk(api);
    const [kept = ''] = await storedFiles(dataDir);
    const left = join(dirname(kept), `${randomUUID()}.wav`);
    await writeFile(left, wav(randomUUID()));
    const twoDaysAgo = new Date(Date.now() - 48 * HOUR_MS);
    for (const file of [kept, left]) await utimes(file, twoDaysAgo, twoDaysAgo);

    const now = performance.now.bind(performance);
    let ahead = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
    await waitUntil(
      () => {
        ahead += HOUR_MS;
        return storedFiles(dataDir);
      },
      (files) => !files.includes(left),
    );

    expect(await storedFiles(dataDir)).toEqual([kept]);
    expect(await api.chunk(chunk.id)).toMatchObject({ status: 'completed' });
  });
});
