import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
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

/** One coordination for each process, as they share nothing but the store behind it. */
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

describe('the pace of two processes', () => {
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
    jest.restoreAllMocks();
    await store.close();
  });

  afterAll(async () => {
    for (const client of clients) client.close();
    await opened.database.destroy();
    await testDatabase.drop();
  });

  /** Of a process of its own. */
  const newPace = async (coordination?: Coordination) => {
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
    'leaves $pauseMs ms between two looks with $inFlight submissions in flight',
    async ({ inFlight, pauseMs }) => {
      await putInFlight(inFlight);
      const pace = await newPace();

      const actualMs = await pace.checkPauseMs(WANTED_MS);
      expect(actualMs).toBeGreaterThanOrEqual(pauseMs);
      expect(actualMs).toBeLessThanOrEqual(pauseMs * JITTER);
    },
  );

  it('lets both work when nothing is the matter', async () => {
    const [one, other] = [await newPace(), await newPace()];

    expect(await one.waitMs()).toBe(0);
    expect(await other.waitMs()).toBe(0);
  });

  it('stops the other one for as long as the provider asked the one for', async () => {
    const [one, other] = [await newPace(), await newPace()];
    await one.noteError(throttled(20_000));

    for (const pace of [one, other]) {
      const waitMs = await pace.waitMs();
      expect(waitMs).toBeGreaterThan(19_000);
      expect(waitMs).toBeLessThanOrEqual(20_000 * JITTER);
    }
  });

  it('lets both go on when the time that the provider asked for is over', async () => {
    const [one, other] = [await newPace(), await newPace()];
    await one.noteError(throttled(300));
    expect(await other.waitMs()).toBeGreaterThan(0);

    for (const pace of [one, other]) {
      await waitUntil(
        () => pace.waitMs(),
        (waitMs) => waitMs === 0,
      );
    }
  });

  it('stops both until the next window when all together have used what the provider allows', async () => {
    const [one, other] = [await newPace(), await newPace()];
    const elsewhere = await store.coordination();
    await elsewhere.reportUsage('assemblyai', { units: 17_999, windowMs: WINDOW_MS });
    expect(await one.waitMs()).toBe(0);
    const { windowEndsInMs } = await elsewhere.reportUsage('assemblyai', { units: 1, windowMs: WINDOW_MS });

    const waitMs = await other.waitMs();
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(windowEndsInMs * JITTER);
  });

  it('tells once that a window is used up, however often it asks', async () => {
    const coordination = await store.coordination();
    await coordination.reportUsage('assemblyai', { units: 18_000, windowMs: WINDOW_MS });
    const reports = jest.spyOn(coordination, 'reportUsage');
    const warnings = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const pace = await newPace(coordination);

    await waitUntil(
      async () => {
        await pace.waitMs();
        return reports.mock.calls.length;
      },
      (count) => count === 3,
    );

    expect(warnings.mock.calls).toEqual([
      ['18000 requests to AssemblyAI in this window; waiting for the next one'],
    ]);
  });
});
