import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createPostgresBackend, type PostgresPoolConfig, PostgresQueueBackend } from 'bullmq';
import type pg from 'pg';
import { isReadOnly, READ_ONLY_TRANSACTION } from '../database/database-unavailable-error.js';

/**
 * Pause of a worker whose session is refused; without it, it would ask a dozen times per second.
 */
const REFUSAL_PAUSE_MS = 500;

/** Thrown for a session that can only read: every operation of a queue writes. */
class ReadOnlySessionError extends Error {
  override readonly name = 'ReadOnlySessionError';
  readonly code = READ_ONLY_TRANSACTION;

  constructor() {
    super('the sessions of the database can only read');
  }
}

/**
 * Makes a PostgreSQL backend of BullMQ that follows a failover. By default, its pool closes a
 * read-only session only at the first refused change, so that each such session loses one job. And
 * its LISTEN connection is replaced only when it breaks: if it leads to a standby, it is refused
 * forever, and its worker takes no more jobs.
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

/** Checks each new session of a pool, which does not lend a session that is refused. */
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

/** Reports an error on the LISTEN connection, so that BullMQ replaces it. */
async function reportBroken(backend: PostgresQueueBackend, error: unknown): Promise<void> {
  const client: unknown = await backend.connection.getListenClient();
  if (client instanceof EventEmitter) client.emit('error', error);
}
