import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { createDiscardingPool } from './discarding-pool.js';
import type { Schema } from './schema.js';

/** DI token and type of the database with the record of truth. */
export class Database extends Kysely<Schema> {}

/**
 * Size of the pool of one process: its requests and jobs hold a connection for a few milliseconds.
 */
const MAX_CONNECTIONS = 10;
/** A statement to a frozen or unreachable server fails instead of blocking a job forever. */
const QUERY_TIMEOUT_MS = 8_000;
const CONNECT_TIMEOUT_MS = 3_000;
/**
 * Makes the server drop a vanished client with its locks after 15 + 3 x 5 s; the default is 2
 * hours.
 */
const SERVER_KEEPALIVES = '-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';
/**
 * Keeps the plan of a prepared statement, as rows are found by id, whatever the id is; otherwise
 * the server would plan some statements anew each time. The page cost is that of a disk without a
 * moving head: with the default, the planner would scan a table of some thousand rows.
 */
const PLANNING = '-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1';

/** Parses 64-bit integers as numbers: counts and sizes fit a double, and strings do not add up. */
function numericCounts(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  return types;
}

export interface OpenDatabase {
  database: Database;
  pool: pg.Pool;
}

/**
 * Opens a pool; nothing connects before the first statement.
 *
 * @param onError is called when a connection breaks; the pool replaces it, and the process goes on
 */
export function openDatabase(connectionString: string, onError: (error: Error) => void): OpenDatabase {
  const pool = new pg.Pool({
    connectionString,
    max: MAX_CONNECTIONS,
    keepAlive: true,
    options: `${SERVER_KEEPALIVES} ${PLANNING}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: 'ringback',
    types: numericCounts(),
  });
  pool.on('error', onError);
  // A client that is checked out when its connection breaks emits the error itself; without a
  // listener the process would end.
  pool.on('connect', (client) => client.on('error', onError));
  const dialect = new PostgresDialect({ pool: createDiscardingPool(pool) });
  return { database: new Database({ dialect }), pool };
}
