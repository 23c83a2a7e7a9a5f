import { Redis } from 'ioredis';
import pg from 'pg';
import type { AppConfig } from '../../src/config/app-config.js';
import { RedisCoordination } from '../../src/coordination/redis-coordination.js';
import { openDatabase, type OpenDatabase } from '../../src/database/database.js';
import { JobObserver } from '../../src/observability/job-observer.js';
import { Metrics } from '../../src/observability/metrics.js';
import { ProcessingLog } from '../../src/observability/processing-log.js';
import { SecretRedactor } from '../../src/observability/secret-redactor.js';
import { currentEngine } from '../support/engine.js';
import { RedisServer } from '../support/redis-server.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { Audit } from './audit.js';
import type { Surroundings } from './service-process.js';
import type { Life } from './steps.js';

/** Every activity may hold a connection, and standing still it keeps it. */
const MAX_CONNECTIONS = 20;
/** No crash of PostgreSQL is played here; a deadlock between two activities is soon told. */
const FAST = '-c synchronous_commit=off -c deadlock_timeout=20ms';
/** Changes of the experiment's own are not the service's, and not audited. */
const UNAUDITED = '-c session_replication_role=replica';

/** The real stores, shared by all experiments: one after the other, each with ids of its own. */
export class Harness {
  private readonly metrics = new Metrics();
  private readonly observer: JobObserver;

  private constructor(
    private readonly testDatabase: TestDatabase,
    private readonly pool: pg.Pool,
    /** For the experiment's own hand on the record. */
    private readonly hand: pg.Client,
    private readonly logDatabase: OpenDatabase,
    readonly audit: Audit,
    private readonly redis: OpenRedis | undefined,
  ) {
    const log = new ProcessingLog(logDatabase.database, new SecretRedactor([]));
    this.observer = new JobObserver(this.metrics, log);
  }

  static async open(): Promise<Harness> {
    const testDatabase = await createTestDatabase();
    const hand = new pg.Client({ connectionString: testDatabase.url, options: `${FAST} ${UNAUDITED}` });
    await hand.connect();
    return new Harness(
      testDatabase,
      new pg.Pool({
        connectionString: testDatabase.url,
        max: MAX_CONNECTIONS,
        options: FAST,
        // A transaction's begin travels with its first statement.
        pipeline: true,
        types: numericCounts(),
      }),
      hand,
      openDatabase(testDatabase.url, () => undefined),
      await Audit.install(hand),
      currentEngine() === 'redis' ? await openRedis() : undefined,
    );
  }

  surroundings(
    delivery: Life['delivery'],
  ): Pick<Surroundings, 'config' | 'pool' | 'redisCoordination' | 'observer' | 'metrics'> {
    const { pool, observer, metrics } = this;
    return {
      config: CONFIGS[delivery],
      pool,
      observer,
      metrics,
      redisCoordination: this.redis?.coordination,
    };
  }

  /** Changes the record behind the service's back. It must not wait for rows that an activity holds. */
  async change<Row extends pg.QueryResultRow>(statement: string, values: unknown[]): Promise<Row[]> {
    return (await this.hand.query<Row>(statement, values)).rows;
  }

  async blockedAmong(pids: number[]): Promise<number[]> {
    const { rows } = await this.hand.query<{ pid: number }>(
      'select pid from unnest($1::integer[]) as pid where cardinality(pg_blocking_pids(pid)) > 0',
      [pids],
    );
    return rows.map(({ pid }) => pid);
  }

  /** All that coordination knows is gone, but for rows that an activity holds at this moment. */
  async wipeCoordination(): Promise<void> {
    if (this.redis !== undefined) {
      await this.redis.hand.flushall();
      return;
    }
    for (const table of COORDINATION_TABLES) {
      await this.hand.query(
        `delete from ${table} where ctid = any(array(select ctid from ${table} for update skip locked))`,
      );
    }
  }

  /** Takes from coordination what an experiment has left there. */
  async takeLeftovers(): Promise<Leftovers> {
    if (this.redis === undefined) {
      const pending = await this.hand.query<{ chunk_id: string }>(
        'delete from coordination_pending_chunks returning chunk_id',
      );
      const metadata = await this.hand.query<{ transcript_id: string }>(
        'delete from coordination_callback_metadata returning transcript_id',
      );
      return {
        endless: pending.rows.map(({ chunk_id }) => `pending chunk ${chunk_id}`),
        metadata: metadata.rows.map(({ transcript_id }) => transcript_id),
      };
    }
    const { hand } = this.redis;
    const keys = await hand.keys('coord:*');
    const lives = await Promise.all(keys.map((key) => hand.pttl(key)));
    await hand.flushall();
    return {
      endless: keys.filter((key, index) => isPending(key) || ((lives[index] ?? -1) < 0 && !isMark(key))),
      metadata: keys.filter((key) => key.startsWith('coord:aai_transcript:')),
    };
  }

  /** After an experiment that failed: nothing of it may reach into the next. */
  async clear(): Promise<void> {
    await this.hand.query('truncate chunks, submissions, conversations, property_audit cascade');
    await this.wipeCoordination();
  }

  async close(): Promise<void> {
    await this.observer.flush();
    await this.pool.end();
    await this.hand.end();
    await this.logDatabase.database.destroy();
    await this.testDatabase.drop();
    this.redis?.coordination.close();
    this.redis?.hand.disconnect();
    await this.redis?.server.stop();
  }
}

const COORDINATION_TABLES = [
  'coordination_pending_chunks',
  'coordination_locks',
  'coordination_usage',
  'coordination_callback_metadata',
];

/** What coordination still has when a conversation has come to rest. */
export interface Leftovers {
  /** What it keeps of unsettled chunks, and what would stay for ever. */
  endless: string[];
  /** Callback metadata, which ends by itself within a day. */
  metadata: string[];
}

/** Whose Redis it is, which stays. */
const isMark = (key: string): boolean => key === 'coord:installation';
const isPending = (key: string): boolean => key.startsWith('coord:{pending}');

const CONFIGS: Readonly<Record<Life['delivery'], AppConfig>> = {
  webhook: configOf({ kind: 'webhook', url: 'https://ringback.example/callback', secret: 'a-secret' }),
  polling: configOf({ kind: 'polling' }),
};

function configOf(delivery: AppConfig['transcription']['delivery']): AppConfig {
  return {
    redisPrefix: 'ringback',
    role: 'all',
    dataDir: '.data',
    http: {
      host: '127.0.0.1',
      port: 0,
      apiKeys: [],
      trustProxy: false,
      callbackNetworks: [],
      publicRateLimit: 0,
      refusedRateLimit: 0,
      maxUploadBytes: 1,
    },
    allowedPrivateNetworks: [],
    privacy: { deleteAtProvider: false, audioRetentionDays: undefined },
    storage: { kind: 'local' },
    transcription: {
      provider: 'Dembrane-25-09',
      assemblyai: { apiKey: 'a-key', baseUrl: 'https://assemblyai.example' },
      delivery,
      callbackSecrets: ['a-secret'],
      pollIntervalMs: 3_000,
      callbackDeadlineMs: 180_000,
      timeoutMs: 1_800_000,
      rescueFailed: false,
      submitConcurrency: 1,
      transcribeConcurrency: 1,
      transcribeTimeoutMs: 1_000,
    },
    correction: {
      languageModel: { kind: 'none' },
      correctionModels: ['played'],
      summaryModels: ['played'],
      thinking: 'low',
      concurrency: 1,
    },
    reconcileIntervalMs: 180_000,
    jobLockMs: 15_000,
    startTimeoutMs: 30_000,
    retryBaseMs: 1_000,
  };
}

/** As the service reads them: counts are numbers, not strings. */
function numericCounts(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  return types;
}

interface OpenRedis {
  server: RedisServer;
  coordination: RedisCoordination;
  hand: Redis;
}

async function openRedis(): Promise<OpenRedis> {
  const server = await RedisServer.start();
  return {
    server,
    coordination: await RedisCoordination.connect(server.url, { installation: 'of-the-tests' }),
    hand: new Redis(server.url),
  };
}
