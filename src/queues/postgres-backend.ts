import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createPostgresBackend, type PostgresPoolConfig, PostgresQueueBackend } from 'bullmq';
import type pg from 'pg';
import { isReadOnly, READ_ONLY_TRANSACTION } from '../database/database-unavailable-error.js';

/** A worker whose session is refused asks for another at once; without a pause a dozen times a second. */
const REFUSAL_PAUSE_MS = 500;

/** The session can only read: of no use to a queue, which writes whatever it is asked. */
class ReadOnlySessionError extends Error {
  override readonly name = 'ReadOnlySessionError';
  readonly code = READ_ONLY_TRANSACTION;

  constructor() {
    super('the sessions of the database can only read');
  }
}

/**
 * Makes BullMQ's PostgreSQL backend, one that follows a failover. As it comes, its pool closes a session that can only read at the
 * first refused change, and each session costs a job that is not added. And its LISTEN connection, once it leads to a standby,
 * is refused for ever, as only a broken one is replaced; its worker takes no more jobs then.
 */
export const createRecoveringBackend: typeof createPostgresBackend = (name, options, factoryOptions) => {
  const { connection } = options;
  const backend = createPostgresBackend(
    name,
    {
      ...options,
      connection: isConfig(connection) ? { ...connection, onConnect: refuseReadOnly } : connection,
    },
    factoryOptions,
  );
  if (backend instanceof PostgresQueueBackend) replaceRefusedListeners(backend);
  return backend;
};

function isConfig(connection: unknown): connection is PostgresPoolConfig {
  return typeof connection === 'object' && connection !== null && 'connectionString' in connection;
}

/** A pool asks it of each new session, and lends none that it refuses. */
async function refuseReadOnly(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ readOnly: string }>(
    `select current_setting('transaction_read_only') as "readOnly"`,
  );
  if (rows[0]?.readOnly !== 'on') return;
  await pause(REFUSAL_PAUSE_MS);
  throw new ReadOnlySessionError();
}

function replaceRefusedListeners(backend: PostgresQueueBackend): void {
  const wait = backend.waitForJob.bind(backend);
  backend.waitForJob = async (blockTimeout) => {
    try {
      return await wait(blockTimeout);
    } catch (error) {
      if (isReadOnly(error)) await reportBroken(backend, error);
      throw error;
    }
  };
}

/** BullMQ replaces a LISTEN connection that tells of an error. */
async function reportBroken(backend: PostgresQueueBackend, error: unknown): Promise<void> {
  const client: unknown = await backend.connection.getListenClient();
  if (client instanceof EventEmitter) client.emit('error', error);
}
