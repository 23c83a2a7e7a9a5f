import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { createAppConfig } from '../src/config/create-app-config.js';
import type { Coordination } from '../src/coordination/coordination.js';
import { PostgresCoordination } from '../src/coordination/postgres-coordination.js';
import { RedisCoordination } from '../src/coordination/redis-coordination.js';
import { openDatabase, type OpenDatabase } from '../src/database/database.js';
import { ProviderUnavailableError } from '../src/providers/provider-error.js';
import { AssemblyAiClient } from '../src/providers/assemblyai/assemblyai.client.js';
import { ChecksRepository } from '../src/chunks/checks.repository.js';
import { ProviderThrottle } from '../src/transcription/provider-throttle.js';
import { currentEngine } from './support/engine.js';
import { query } from './support/record.js';
import { RedisServer } from './support/redis-server.js';
import { createTestDatabase, type TestDatabase } from './support/test-database.js';
import { waitUntil } from './support/wait-until.js';

const WANTED_MS = 200;
const WINDOW_MS = 300_000;
/** Each pause is up to a fifth longer. */
const JITTER = 1.2;

interface Store {
  coordination: () => Promise<Coordination>;
  close(): Promise<void>;
}

/** Opens a store with a coordination for each process, as processes share nothing but the store. */
async function openStore({ database }: OpenDatabase): Promise<Store> {
  if (currentEngine() === 'postgres') {
    return {
      coordination: () => Promise.resolve(new PostgresCoordination(database)),
      close: () => Promise.resolve(),
    };
  }
  const server = await RedisServer.start();
  const connections: RedisCoordination[] = [];
  return {
    coordination: async () => {
      const connection = await RedisCoordination.connect(server.url, { installation: 'of-the-tests' });
      connections.push(connection);
      return connection;
    },
    close: async () => {
      for (const connection of connections) connection.close();
      await server.stop();
    },
  };
}

const throttled = (retryAfterMs: number) =>
  new ProviderUnavailableError('AssemblyAI answered 429.', {
    provider: 'assemblyai',
    code: 'throttled',
    status: 429,
    retryAfterMs,
    ambiguous: false,
  });

describe('the throttle of two processes', () => {
  let testDatabase: TestDatabase;
  let opened: OpenDatabase;
  let store: Store;
  const config = createAppConfig({ ASSEMBLYAI_API_KEY: 'a-key-of-the-tests' });
  const clients: AssemblyAiClient[] = [];

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    opened = openDatabase(testDatabase.url, () => undefined);
  });

  beforeEach(async () => {
    await query(testDatabase.url, 'truncate coordination_usage, submissions, chunks, conversations cascade');
    store = await openStore(opened);
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await store.close();
  });

  afterAll(async () => {
    for (const client of clients) client.close();
    await opened.database.destroy();
    await testDatabase.drop();
  });

  /** Creates the throttle of one process. */
  const newThrottle = async (coordination?: Coordination) => {
    const client = new AssemblyAiClient({ baseUrl: 'http://127.0.0.1:1', apiKey: 'a-key-of-the-tests' });
    clients.push(client);
    return new ProviderThrottle(
      config,
      client,
      coordination ?? (await store.coordination()),
      new ChecksRepository(opened.database),
    );
  };
  const putInFlight = async (count: number) => {
    await query(
      testDatabase.url,
      `with conversation as (
         insert into conversations (id, redact_pii, anonymize) values (gen_random_uuid(), false, false) returning id
       ), chunk as (
         insert into chunks (id, conversation_id, position, audio_url)
         select gen_random_uuid(), conversation.id, position, 'https://example.com/a.wav'
         from conversation, generate_series(1, $1::int) as position returning id, conversation_id
       )
       insert into submissions (id, chunk_id, conversation_id, strategy, audio_url_hash, lease_until)
       select gen_random_uuid(), id, conversation_id, 'polling', 'a-hash', now() from chunk`,
      [count],
    );
  };

  it.each([
    { inFlight: 0, pauseMs: WANTED_MS },
    { inFlight: 6, pauseMs: WANTED_MS },
    { inFlight: 100, pauseMs: 3_000 },
    { inFlight: 2_000, pauseMs: 60_000 },
  ])(
    'leaves $pauseMs ms between two checks with $inFlight submissions in flight',
    async ({ inFlight, pauseMs }) => {
      await putInFlight(inFlight);
      const throttle = await newThrottle();

      const actualMs = await throttle.checkPauseMs(WANTED_MS);
      expect(actualMs).toBeGreaterThanOrEqual(pauseMs);
      expect(actualMs).toBeLessThanOrEqual(pauseMs * JITTER);
    },
  );

  it('lets both work without a reason to wait', async () => {
    const [one, other] = [await newThrottle(), await newThrottle()];

    expect(await one.waitMs()).toBe(0);
    expect(await other.waitMs()).toBe(0);
  });

  it('stops both for as long as the provider asked one of them to wait', async () => {
    const [one, other] = [await newThrottle(), await newThrottle()];
    await one.noteError(throttled(20_000));

    for (const throttle of [one, other]) {
      const waitMs = await throttle.waitMs();
      expect(waitMs).toBeGreaterThan(19_000);
      expect(waitMs).toBeLessThanOrEqual(20_000 * JITTER);
    }
  });

  it('lets both go on when that time is over', async () => {
    const [one, other] = [await newThrottle(), await newThrottle()];
    await one.noteError(throttled(300));
    expect(await other.waitMs()).toBeGreaterThan(0);

    for (const throttle of [one, other]) {
      await waitUntil(
        () => throttle.waitMs(),
        (waitMs) => waitMs === 0,
      );
    }
  });

  it('stops both until the next window when all together have used what the provider allows', async () => {
    const [one, other] = [await newThrottle(), await newThrottle()];
    const elsewhere = await store.coordination();
    await elsewhere.reportUsage('assemblyai', { units: 17_999, windowMs: WINDOW_MS });
    expect(await one.waitMs()).toBe(0);
    const { windowEndsInMs } = await elsewhere.reportUsage('assemblyai', { units: 1, windowMs: WINDOW_MS });

    const waitMs = await other.waitMs();
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(windowEndsInMs * JITTER);
  });

  it('warns once that a window is used up, however often it is asked', async () => {
    const coordination = await store.coordination();
    await coordination.reportUsage('assemblyai', { units: 18_000, windowMs: WINDOW_MS });
    const reports = vi.spyOn(coordination, 'reportUsage');
    const warnings = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const throttle = await newThrottle(coordination);

    await waitUntil(
      async () => {
        await throttle.waitMs();
        return reports.mock.calls.length;
      },
      (count) => count === 3,
    );

    expect(warnings.mock.calls).toEqual([
      ['18000 requests to AssemblyAI in this window; waiting for the next one'],
    ]);
  });
});
