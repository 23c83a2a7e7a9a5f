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
import type { ProcessEnvironment } from './service-process.js';
import type { Scenario } from './steps.js';

/** Every activity may hold a connection, and keeps it while it is paused. */
const MAX_CONNECTIONS = 20;
/** No crash of PostgreSQL is simulated here; a deadlock between two activities is reported fast. */
const FAST = '-c synchronous_commit=off -c deadlock_timeout=20ms';
/** Changes of the experiment itself are not audited. */
const UNAUDITED = '-c session_replication_role=replica';

/**
 * The real stores, shared by all experiments, which run one after the other, each with its own ids.
 */
export class Harness {
  private readonly metrics = new Metrics();
  private readonly observer: JobObserver;

  private constructor(
    private readonly testDatabase: TestDatabase,
    private readonly pool: pg.Pool,
    /** Connection for the experiment's own changes of the record. */
    private readonly adminClient: pg.Client,
    private readonly logDatabase: OpenDatabase,
    readonly audit: Audit,
    private readonly redis: OpenRedis | undefined,
  ) {
    const log = new ProcessingLog(logDatabase.database, new SecretRedactor([]));
    this.observer = new JobObserver(this.metrics, log);
  }

  static async open(): Promise<Harness> {
    const testDatabase = await createTestDatabase();
    const adminClient = new pg.Client({
      connectionString: testDatabase.url,
      options: `${FAST} ${UNAUDITED}`,
    });
    await adminClient.connect();
    return new Harness(
      testDatabase,
      new pg.Pool({
        connectionString: testDatabase.url,
        max: MAX_CONNECTIONS,
        options: FAST,
        // A transaction's `begin` is sent with its first statement.
        pipeline: true,
        types: numericCounts(),
      }),
      adminClient,
      openDatabase(testDatabase.url, () => undefined),
      await Audit.install(adminClient),
      currentEngine() === 'redis' ? await openRedis() : undefined,
    );
  }

  environment(
    delivery: Scenario['delivery'],
  ): Pick<ProcessEnvironment, 'config' | 'pool' | 'redisCoordination' | 'observer' | 'metrics'> {
    const { pool, observer, metrics } = this;
    return {
      config: CONFIGS[delivery],
      pool,
      observer,
      metrics,
      redisCoordination: this.redis?.coordination,
    };
  }

  /**
   * Changes the record without the service's knowledge. It must not wait for rows that an activity
   * holds.
   */
  async change<Row extends pg.QueryResultRow>(statement: string, values: unknown[]): Promise<Row[]> {
    return (await this.adminClient.query<Row>(statement, values)).rows;
  }

  async blockedAmong(pids: number[]): Promise<number[]> {
    const { rows } = await this.adminClient.query<{ pid: number }>(
      'select pid from unnest($1::integer[]) as pid where cardinality(pg_blocking_pids(pid)) > 0',
      [pids],
    );
    return rows.map(({ pid }) => pid);
  }

  /** Deletes all of coordination, except rows that an activity currently holds. */
  async wipeCoordination(): Promise<void> {
    if (this.redis !== undefined) {
      await this.redis.adminClient.flushall();
      return;
    }
    for (const table of COORDINATION_TABLES) {
      await this.adminClient.query(
        `delete from ${table} where ctid = any(array(select ctid from ${table} for update skip locked))`,
      );
    }
  }

  /** Removes what an experiment has left in coordination, and returns it. */
  async takeLeftovers(): Promise<Leftovers> {
    if (this.redis === undefined) {
      const pending = await this.adminClient.query<{ chunk_id: string }>(
        'delete from coordination_pending_chunks returning chunk_id',
      );
      const metadata = await this.adminClient.query<{ transcript_id: string }>(
        'delete from coordination_callback_metadata returning transcript_id',
      );
      return {
        endless: pending.rows.map(({ chunk_id }) => `pending chunk ${chunk_id}`),
        metadata: metadata.rows.map(({ transcript_id }) => transcript_id),
      };
    }
    const { adminClient } = this.redis;
    const keys = await adminClient.keys('coord:*');
    const ttls = await Promise.all(keys.map((key) => adminClient.pttl(key)));
    await adminClient.flushall();
    return {
      endless: keys.filter((key, index) => isPending(key) || ((ttls[index] ?? -1) < 0 && !isMark(key))),
      metadata: keys.filter((key) => key.startsWith('coord:aai_transcript:')),
    };
  }

  /** Clears the tables after a failed experiment, so that it does not affect the next. */
  async clear(): Promise<void> {
    await this.adminClient.query('truncate chunks, submissions, conversations, property_audit cascade');
    await this.wipeCoordination();
  }

  async close(): Promise<void> {
    await this.observer.flush();
    await this.pool.end();
    await this.adminClient.end();
    await this.logDatabase.database.destroy();
    await this.testDatabase.drop();
    this.redis?.coordination.close();
    this.redis?.adminClient.disconnect();
    await this.redis?.server.stop();
  }
}

const COORDINATION_TABLES = [
  'coordination_pending_chunks',
  'coordination_locks',
  'coordination_usage',
  'coordination_callback_metadata',
];

/** Entries of coordination after all work of a conversation has ended. */
export interface Leftovers {
  /** Entries of unsettled chunks, and entries without an expiry. */
  endless: string[];
  /** Callback metadata, which expires within a day. */
  metadata: string[];
}

/** Matches the key that marks the installation's Redis, which stays. */
const isMark = (key: string): boolean => key === 'coord:installation';
const isPending = (key: string): boolean => key.startsWith('coord:{pending}');

const CONFIGS: Readonly<Record<Scenario['delivery'], AppConfig>> = {
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
      console: false,
      maxUploadBytes: 1,
      uploadExpiryMs: 86_400_000,
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
      correctionModels: ['simulated'],
      summaryModels: ['simulated'],
      thinking: 'low',
      concurrency: 1,
      windowSeconds: 480,
      audioBytes: 20_000_000,
    },
    reconcileIntervalMs: 180_000,
    jobLockMs: 15_000,
    startTimeoutMs: 30_000,
    retryBaseMs: 1_000,
  };
}

/** Parses counts as the service does: as numbers, not strings. */
function numericCounts(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  return types;
}

interface OpenRedis {
  server: RedisServer;
  coordination: RedisCoordination;
  adminClient: Redis;
}

async function openRedis(): Promise<OpenRedis> {
  const server = await RedisServer.start();
  return {
    server,
    coordination: await RedisCoordination.connect(server.url, { installation: 'of-the-tests' }),
    adminClient: new Redis(server.url),
  };
}
