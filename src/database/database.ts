import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { discardingUnanswered } from './discarding-pool.js';
import type { Schema } from './schema.js';

/** The DI token and type of the record of truth. */
export class Database extends Kysely<Schema> {}

/** Enough for the requests and jobs of one process: each holds a connection for a few milliseconds. */
const MAX_CONNECTIONS = 10;
/** A frozen or unreachable server makes a statement fail instead of holding a job for ever. */
const QUERY_TIMEOUT_MS = 8_000;
const CONNECT_TIMEOUT_MS = 3_000;
/**
 * Seconds until the server gives up a client whose machine has vanished, and with it what that client had locked: 15 + 3 x 5.
 * Without them it is the system's own two hours.
 */
const SERVER_KEEPALIVES = '-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';
/**
 * Rows are found by their ids, whatever these are: a prepared statement keeps its plan, which the server would otherwise make anew
 * for some of them each time. And looking a row up costs what it costs on a disk without a moving head; with the server's default
 * it would rather read a table of some thousand rows as a whole.
 */
const PLANNING = '-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1';

/** Counts and byte sizes fit a double; as strings, which the driver makes of 64-bit integers, they would be added up wrongly. */
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
 * @param onError told of connections that break; a broken connection is replaced and never ends the process
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
  // A client that is checked out when its connection breaks emits on itself, and would end the process unheard.
  pool.on('connect', (client) => client.on('error', onError));
  const dialect = new PostgresDialect({ pool: discardingUnanswered(pool) });
  return { database: new Database({ dialect }), pool };
}
