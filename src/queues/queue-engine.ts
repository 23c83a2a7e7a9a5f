import { createPostgresBackend, setDefaultBackendFactory, type QueueOptions } from 'bullmq';

/**
 * Where queues run: the only place that knows. Producers, processors and the reconciler see BullMQ's classes and not
 * what is behind them.
 */
export interface QueueEngine {
  name: 'postgres';
  connection: QueueOptions['connection'];
}

/** Each Queue and Worker has a pool of its own; these few serve it, as its statements take a millisecond or two. */
const CONNECTIONS_PER_OBJECT = 4;
/** Without it a server that went silent would hold every worker for ever. */
const QUERY_TIMEOUT_MS = 8_000;
const CONNECT_TIMEOUT_MS = 3_000;

/**
 * BullMQ's PostgreSQL backend. Its tables must be there (`runMigrations`) and the database must answer before the first
 * Queue is made: a Queue that fails to connect once never works again.
 *
 * @param connectionString a direct or session-mode connection; LISTEN does not work through a transaction pooler
 */
export function postgresQueueEngine(connectionString: string): QueueEngine {
  setDefaultBackendFactory(createPostgresBackend);
  const connection = {
    connectionString,
    max: CONNECTIONS_PER_OBJECT,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
  };
  // BullMQ types `connection` for its default engine, Redis; the PostgreSQL backend reads the pool options above.
  return { name: 'postgres', connection: connection };
}
