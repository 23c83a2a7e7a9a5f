import {
  createRedisBackend,
  setDefaultBackendFactory,
  type BackendFactory,
  type PostgresPoolConfig,
} from 'bullmq';
import { DEFAULT_REDIS_PREFIX } from '../config/redis-prefix.js';
import { createRecoveringBackend } from './postgres-backend.js';

/** Each Queue and Worker has a pool of its own; these few serve it, as its statements take a millisecond or two. */
const POSTGRES_CONNECTIONS_PER_OBJECT = 4;
/** Without it a server that went silent would hold every worker for ever. */
const POSTGRES_QUERY_TIMEOUT_MS = 8_000;
/**
 * A start opens dozens of connections at once, which takes seconds on a busy machine, and a queue whose first one fails never works
 * again. Those who must not wait for so long are bounded by themselves.
 */
const POSTGRES_CONNECT_TIMEOUT_MS = 15_000;

const REDIS_CONNECT_TIMEOUT_MS = 5_000;
const REDIS_KEEP_ALIVE_MS = 5_000;
/** A connection that went silent is given up after this; longer than a worker blocks while it waits for a job, 10 s. */
const REDIS_SOCKET_TIMEOUT_MS = 15_000;
const REDIS_RECONNECT_STEP_MS = 100;
/** The default grows to 20 s, and would be felt after every restart of Redis. */
const REDIS_MAX_RECONNECT_PAUSE_MS = 2_000;

type PostgresConnection = PostgresPoolConfig & { connectionString: string };

/**
 * Where queues run: the only place that knows. Producers, processors and the reconciler see BullMQ's classes and not
 * what is behind them.
 */
export abstract class QueueEngine {
  abstract readonly name: 'postgres' | 'redis';
  /** BullMQ's options that are common to queues and workers. */
  abstract readonly options: { connection: object; prefix?: string };
  /** Whether its workers may sleep through a wake-up that was lost with a silently dead connection. */
  abstract readonly needsHeartbeat: boolean;
}

/**
 * BullMQ's PostgreSQL backend. Its tables must be there (`runMigrations`) and the database must answer before the first
 * Queue is made: a Queue that fails to connect once never works again.
 */
export class PostgresQueueEngine extends QueueEngine {
  readonly name = 'postgres';
  readonly needsHeartbeat = true;
  readonly options: { connection: PostgresConnection };

  /** @param connectionString a direct or session-mode connection; LISTEN does not work through a transaction pooler */
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

  /** @param prefix begins the names of all keys */
  constructor(url: string, prefix = DEFAULT_REDIS_PREFIX) {
    super();
    registerBackends();
    this.options = {
      // Hash-tagged: all keys of all queues lie in one slot of a Redis Cluster, as BullMQ's scripts need.
      prefix: `{${prefix}}`,
      connection: {
        url,
        connectionName: 'ringback',
        // A worker waits for its Redis however long that takes; what must not wait is bounded by its caller.
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

/** BullMQ has one default for a process; ours looks at the connection, so that it holds for both engines. */
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
