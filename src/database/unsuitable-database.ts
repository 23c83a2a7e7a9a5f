import { sql } from 'kysely';
import type { Database } from './database.js';

/**
 * Oldest PostgreSQL with the functions that the migrations use (gen_random_uuid) and that BullMQ
 * supports (https://docs.bullmq.io, MINIMUM_POSTGRES_VERSION). BullMQ's tests run on a newer one.
 */
const MINIMUM_MAJOR = 13;
/** `server_version_num` of 13.4 is 130004. */
const VERSION_NUMS_PER_MAJOR = 10_000;
const ENCODING = 'UTF8';

/** SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const INSUFFICIENT_PRIVILEGE = '42501';
/** No schema of the search path exists, or it may not be used. */
const INVALID_SCHEMA_NAME = '3F000';
const INVALID_CATALOG_NAME = '3D000';
const INVALID_AUTHORIZATION = ['28000', '28P01'];

/**
 * Codes of Node's TLS for refused certificates
 * (https://nodejs.org/api/tls.html#x509-certificate-error-codes).
 */
const CERTIFICATE_ERROR = /CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;
/** The driver has no code for this error. */
const NO_SSL = 'The server does not support SSL connections';

/**
 * Thrown when the database is unsuitable and waiting is useless. The message says what to change.
 */
export class UnsuitableDatabaseError extends Error {
  override readonly name = 'UnsuitableDatabaseError';
  readonly code = 'unsuitable_database';
}

export interface DatabaseFacts {
  versionNum: number;
  version: string;
  encoding: string;
}

/** Reads facts for `unsuitability`. */
export const FACTS_SQL = `select current_setting('server_version_num')::integer as "versionNum",
  current_setting('server_version') as version, current_setting('server_encoding') as encoding`;

/** Says what is wrong with a server or database, and what to do; undefined when it is suitable. */
export function unsuitability({ versionNum, version, encoding }: DatabaseFacts): string | undefined {
  if (versionNum < MINIMUM_MAJOR * VERSION_NUMS_PER_MAJOR) {
    return `the database is PostgreSQL ${version}, which is too old: run PostgreSQL ${MINIMUM_MAJOR} or newer`;
  }
  if (encoding !== ENCODING) {
    return (
      `the database has the encoding ${encoding}, in which most languages cannot be stored: make one with ` +
      `CREATE DATABASE <name> ENCODING '${ENCODING}' TEMPLATE template0, and name it in DATABASE_URL`
    );
  }
  return undefined;
}

/** Says what to change when a connection is refused for good; undefined for every other error. */
export function refusedConnection(error: unknown): string | undefined {
  const { code, message } = rootOf(error);
  if (CERTIFICATE_ERROR.test(code)) {
    return (
      `the certificate of the database is not trusted (${message}): name the CA that has signed it with sslrootcert=<file> ` +
      'in DATABASE_URL or with NODE_EXTRA_CA_CERTS; sslmode=require encrypts without verifying the certificate'
    );
  }
  if (message === NO_SSL) return 'the database does not speak TLS: leave sslmode out of DATABASE_URL';
  if (code === INVALID_CATALOG_NAME) {
    return `${message}: make it with CREATE DATABASE <name> ENCODING '${ENCODING}' TEMPLATE template0, or correct DATABASE_URL`;
  }
  if (INVALID_AUTHORIZATION.includes(code)) {
    return `the database rejects the login in DATABASE_URL (${message}): correct its user and password, or pg_hba.conf`;
  }
  return undefined;
}

/**
 * @throws UnsuitableDatabaseError when the server is too old, or the database cannot store every
 * text
 */
export async function requireSuitable(database: Database): Promise<void> {
  const { rows } = await sql.raw<DatabaseFacts>(FACTS_SQL).execute(database);
  const [facts] = rows;
  const problem = facts === undefined ? undefined : unsuitability(facts);
  if (problem !== undefined) throw new UnsuitableDatabaseError(problem);
}

/**
 * Runs migrations, and explains which rights they lack.
 *
 * @param ask runs a query in the same database
 * @throws UnsuitableDatabaseError with the statement that grants them; the migration's own error
 * for any other reason
 */
export async function explainMissingRights<T>(
  migrate: () => Promise<T>,
  ask: (query: string) => Promise<RightsFacts[]>,
): Promise<T> {
  try {
    return await migrate();
  } catch (error) {
    const { code, message } = rootOf(error);
    if (code !== INSUFFICIENT_PRIVILEGE && code !== INVALID_SCHEMA_NAME) throw error;
    const [facts] = await ask(RIGHTS_SQL);
    if (facts === undefined) throw error;
    throw new UnsuitableDatabaseError(
      `the user of DATABASE_URL lacks rights (${message}): in the database ${facts.database}, let an administrator run ` +
        grantFor(facts),
      { cause: error },
    );
  }
}

/** Rights of the session in the schema where tables are created. */
export interface RightsFacts {
  user: string;
  database: string;
  schema: string;
  mayMakeTables: boolean;
  mayMakeSchemas: boolean;
}

/**
 * Returns the statement that lets the user create the tables; undefined when no right is missing.
 */
export function missingRight(facts: RightsFacts): string | undefined {
  return facts.mayMakeTables ? undefined : grantFor(facts);
}

/**
 * Reads `RightsFacts`, with names quoted as needed. A schema that may not be used is not current.
 */
export const RIGHTS_SQL = `select quote_ident(current_user) as "user", quote_ident(current_database()) as database,
  quote_ident(schema) as schema, has_schema_privilege(schema, 'USAGE') and has_schema_privilege(schema, 'CREATE') as "mayMakeTables",
  has_database_privilege(current_database(), 'CREATE') as "mayMakeSchemas"
  from (select coalesce(current_schema(), 'public') as schema) as target`;

function grantFor({ user, database, schema, mayMakeTables, mayMakeSchemas }: RightsFacts): string {
  if (!mayMakeTables) return `GRANT CREATE, USAGE ON SCHEMA ${schema} TO ${user}`;
  // The queues have their own schema.
  if (!mayMakeSchemas) return `GRANT CREATE ON DATABASE ${database} TO ${user}`;
  return `ALTER TABLE ... OWNER TO ${user} for the tables of Ringback that another user has made`;
}

/** Finds the driver's own error, which our errors wrap. */
function rootOf(error: unknown): { code: string; message: string } {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  if (!(root instanceof Error)) return { code: '', message: String(root) };
  return { code: 'code' in root && typeof root.code === 'string' ? root.code : '', message: root.message };
}
