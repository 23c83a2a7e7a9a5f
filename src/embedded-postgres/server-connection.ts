import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, readPassword, SUPERUSER } from './data-folder.js';
import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import { LOOPBACK } from './ports.js';

/** A ready server answers in milliseconds; the timeout allows for one that swaps, or was frozen. */
const ANSWER_TIMEOUT_MS = 15_000;
const ATTEMPT_TIMEOUT_MS = 5_000;
const RETRY_MS = 100;

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const INVALID_PASSWORD = '28P01';

/**
 * Contains the password: do not log it. `sslmode` is set so that a PGSSLMODE of the environment has
 * no effect.
 */
export async function connectionStringFor(cluster: Cluster, port: number): Promise<string> {
  const password = await readPassword(cluster);
  return `postgresql://${SUPERUSER}:${password}@${LOOPBACK}:${port}/postgres?sslmode=disable`;
}

/**
 * Connects to the server as the service does, and reads its settings.
 *
 * @returns how many connections it allows
 * @throws EmbeddedPostgresError `password_refused`, `no_answer`
 */
export async function readMaxConnections(
  cluster: Cluster,
  server: { pid: number; port: number },
): Promise<number> {
  const connectionString = await connectionStringFor(cluster, server.port);
  const deadline = Date.now() + ANSWER_TIMEOUT_MS;
  for (;;) {
    try {
      return await queryMaxConnections(connectionString);
    } catch (error) {
      if (errnoOf(error) === INVALID_PASSWORD) throw passwordRefused(cluster, error);
      if (Date.now() > deadline) throw noAnswer(cluster, server.pid, error);
      await sleep(RETRY_MS);
    }
  }
}

async function queryMaxConnections(connectionString: string): Promise<number> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: ATTEMPT_TIMEOUT_MS,
    query_timeout: ATTEMPT_TIMEOUT_MS,
  });
  // A connection that breaks between two calls emits an error, which would end the process without
  // a listener.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ max: number }>(
      `select current_setting('max_connections')::int as max`,
    );
    return rows[0]?.max ?? 0;
  } finally {
    await client.end();
  }
}

function passwordRefused(cluster: Cluster, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'password_refused',
    `The database in ${cluster.folder} refuses the password in its file ringback-password: restore that file, or set another DATA_DIR.`,
    { cause },
  );
}

function noAnswer(cluster: Cluster, pid: number, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'no_answer',
    `The database server (pid ${pid}) on ${cluster.folder} runs but does not answer: end it with "kill -QUIT ${pid}" and start again.`,
    { cause },
  );
}
