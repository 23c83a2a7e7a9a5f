import {
  createRedisBackend,
  setDefaultBackendFactory,
  type BackendFactory,
  type PostgresPoolConfig,
} from 'bullmq';
import { DEFAULT_REDIS_PREFIX } from '../config/redis-prefix.js';
import { createRecoveringBackend } from './postgres-backend.js';

/** Size of the pool of each Queue and Worker; its statements take a millisecond or two. */
const POSTGRES_CONNECTIONS_PER_OBJECT = 4;
/** Without it, a server that stopped answering would block every worker forever. */
const POSTGRES_QUERY_TIMEOUT_MS = 8_000;
/**
 * A start opens dozens of connections at once, which takes seconds on a busy machine, and a queue
 * whose first connection fails never works. Callers that cannot wait so long have their own limits.
 */
const POSTGRES_CONNECT_TIMEOUT_MS = 15_000;

const REDIS_CONNECT_TIMEOUT_MS = 5_000;
const REDIS_KEEP_ALIVE_MS = 5_000;
/** Timeout of a silent connection; longer than the 10 s for which a worker waits for a job. */
const REDIS_SOCKET_TIMEOUT_MS = 15_000;
const REDIS_RECONNECT_STEP_MS = 100;
/** The default grows to 20 s, which would be noticed after every restart of Redis. */
const REDIS_MAX_RECONNECT_PAUSE_MS = 2_000;

type PostgresConnection = PostgresPoolConfig & { connectionString: string };

/** Store of the queues. All other code uses BullMQ's classes without knowing the store. */
export abstract class QueueEngine {
  abstract readonly name: 'postgres' | 'redis';
  /** BullMQ's options for both queues and workers. */
  abstract readonly options: { connection: object; prefix?: string };
  /** Whether workers may miss a wake-up when a connection dies silently. */
  abstract readonly needsHeartbeat: boolean;
}

/**
 * BullMQ's PostgreSQL backend. Before the first Queue is made, its tables must exist
 * (`runMigrations`) and the database must answer: a Queue that fails to connect once never works
 * again.
 */
export class PostgresQueueEngine extends QueueEngine {
  readonly name = 'postgres';
  readonly needsHeartbeat = true;
  readonly options: { connection: PostgresConnection };

  /**
   * @param connectionString a direct or session-mode connection; LISTEN does not work through a
   * transaction pooler
   */
  constructor(connectionString: string) {
    super();
    registerBackends();
    this.options = {
      connection: {
        connectionString,
        max: POSTGRES_CONNECTIONS_PER_OBJECT,
        keepAlive: true,
        connectionTimeoutMillis: POSTGRES_CONNECT_TIMEOUT_MS,
        query_timeout: POSTGRES_QUERY_TIMEOUT_MS,
      },
    };
  }
}

/** BullMQ on Redis or Valkey. A `rediss:` server must show a certificate that Node trusts. */
export class RedisQueueEngine extends QueueEngine {
  readonly name = 'redis';
  readonly needsHeartbeat = false;
  readonly options;

  /** @param prefix start of all key names */
  constructor(url: string, prefix = DEFAULT_REDIS_PREFIX) {
    super();
    registerBackends();
    this.options = {
      // Hash-tagged: BullMQ's scripts need all keys of all queues in one slot of a Redis Cluster.
      prefix: `{${prefix}}`,
      connection: {
        url,
        connectionName: 'ringback',
        // A worker waits for Redis without a limit; callers that must not wait have their own.
        maxRetriesPerRequest: null,
        retryStrategy: redisReconnectPauseMs,
        connectTimeout: REDIS_CONNECT_TIMEOUT_MS,
        keepAlive: REDIS_KEEP_ALIVE_MS,
        socketTimeout: REDIS_SOCKET_TIMEOUT_MS,
      },
    };
  }
}

/** Milliseconds before the next attempt to connect. */
export function redisReconnectPauseMs(attempt: number): number {
  return Math.min(attempt * REDIS_RECONNECT_STEP_MS, REDIS_MAX_RECONNECT_PAUSE_MS);
}

/**
 * Registers a backend factory that chooses by the connection: BullMQ has one default per process.
 */
function registerBackends(): void {
  const choose: BackendFactory = (name, options, factoryOptions) =>
    isPostgres(options.connection)
      ? createRecoveringBackend(name, { ...options, connection: options.connection }, factoryOptions)
      : createRedisBackend(name, options, factoryOptions);
  setDefaultBackendFactory(choose);
}

function isPostgres(connection: object): connection is PostgresConnection {
  return 'connectionString' in connection;
}
