import { assertSchemaCompatibility } from 'bullmq';
import pg from 'pg';
import type { AppConfig } from '../config/app-config.js';
import { EmbeddedPostgresError, startEmbeddedServer } from '../embedded-postgres/embedded-server.js';
import {
  type DatabaseFacts,
  FACTS_SQL,
  missingRight,
  refusedConnection,
  RIGHTS_SQL,
  type RightsFacts,
  unsuitability,
} from '../database/unsuitable-database.js';
import { CHECK_TIMEOUT_MS, failed, ok, warning, type Check, type Finding } from './check.js';
import { errorMessage } from '../errors/error-message.js';

/**
 * Leases and deadlines use the database's clock, queue delays that of the processes: a skew of
 * seconds shows as delays.
 */
const MAX_SKEW_MS = 2_000;
const WARNING_SKEW_MS = 250;

export function databaseChecks(config: AppConfig): Check[] {
  const { databaseUrl } = config;
  if (databaseUrl === undefined) {
    return [{ name: 'database', run: () => checkEmbedded(config.dataDir) }];
  }
  return [
    { name: 'database', run: () => withClient(databaseUrl, checkDatabase) },
    { name: 'clock', run: () => withClient(databaseUrl, checkClock) },
    ...(config.redisUrl === undefined
      ? [{ name: 'queues', run: () => withClient(databaseUrl, checkQueues) }]
      : []),
  ];
}

async function checkEmbedded(dataDir: string): Promise<Finding> {
  try {
    const server = await startEmbeddedServer({ dataDir, log: () => undefined });
    try {
      return await withClient(server.connectionString, checkDatabase);
    } finally {
      await server.stop();
    }
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError)) throw error;
    if (error.code === 'in_use') return ok('embedded PostgreSQL, in use by a running Ringback');
    return failed(error.message, 'follow that advice, or set DATABASE_URL to a PostgreSQL server');
  }
}

async function withClient(url: string, check: (client: pg.Client) => Promise<Finding>): Promise<Finding> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CHECK_TIMEOUT_MS,
    query_timeout: CHECK_TIMEOUT_MS,
  });
  try {
    await client.connect();
    return await check(client);
  } catch (error) {
    const refusal = refusedConnection(error);
    if (refusal !== undefined) return { state: 'failed', detail: refusal };
    return failed(
      errorMessage(error),
      'check DATABASE_URL, and that the server runs and allows this machine',
    );
  } finally {
    await client.end();
  }
}

async function checkDatabase(client: pg.Client): Promise<Finding> {
  const problem = await problemOf(client);
  if (problem !== undefined) return { state: 'failed', detail: problem };
  const { rows } = await client.query<{ version: string; migrated: boolean }>(
    `select current_setting('server_version') as version, to_regclass('chunks') is not null as migrated`,
  );
  const [row] = rows;
  if (row?.migrated !== true) {
    const [rights] = (await client.query<RightsFacts>(RIGHTS_SQL)).rows;
    const grant = rights === undefined ? undefined : missingRight(rights);
    if (grant !== undefined) return failed('the user of DATABASE_URL may not create tables', `run ${grant}`);
    return warning(
      `PostgreSQL ${row?.version ?? ''} has no tables of Ringback yet`,
      'the first start creates them',
    );
  }
  return ok(`PostgreSQL ${row.version}`);
}

/** Finds a problem that a start would refuse, or wait for in vain. */
async function problemOf(client: pg.Client): Promise<string | undefined> {
  const [facts] = (await client.query<DatabaseFacts>(FACTS_SQL)).rows;
  const problem = facts === undefined ? undefined : unsuitability(facts);
  if (problem !== undefined) return problem;
  const { rows } = await client.query<{ readOnly: string }>(
    `select current_setting('transaction_read_only') as "readOnly"`,
  );
  if (rows[0]?.readOnly !== 'on') return undefined;
  return 'the database takes no changes: check that DATABASE_URL leads to the primary';
}

async function checkClock(client: pg.Client): Promise<Finding> {
  const before = Date.now();
  const { rows } = await client.query<{ ms: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::double precision as ms',
  );
  const middle = (before + Date.now()) / 2;
  const skewMs = Math.round(Math.abs((rows[0]?.ms ?? 0) - middle));
  const detail = `this machine and the database differ by ${skewMs} ms`;
  if (skewMs > MAX_SKEW_MS) return failed(detail, 'run an NTP client on both');
  return skewMs > WARNING_SKEW_MS ? warning(detail, 'run an NTP client on both') : ok(detail);
}

async function checkQueues(client: pg.Client): Promise<Finding> {
  try {
    await assertSchemaCompatibility(client);
    return ok('on PostgreSQL');
  } catch (error) {
    return warning(
      `on PostgreSQL: ${errorMessage(error)}`,
      'the first start creates the tables of the queues',
    );
  }
}
