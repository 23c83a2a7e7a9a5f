import pg from 'pg';

/** SQLSTATE classes of a server that is not there for anybody now (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const CONNECTION_EXCEPTION = '08';
const INSUFFICIENT_RESOURCES = '53';
const OPERATOR_INTERVENTION = '57';
const UNAVAILABLE_CLASSES = [CONNECTION_EXCEPTION, INSUFFICIENT_RESOURCES, OPERATOR_INTERVENTION];
const CLASS_LENGTH = 2;
/** Code for a session with a standby or a read-only database: it stays so, though a new one may be able to write. */
export const READ_ONLY_TRANSACTION = '25006';

/** The database did not answer, or not in time: nothing is known of what it was asked last, and trying again may help. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';

  constructor(cause: Error, problem = 'does not answer') {
    super(`the database ${problem}: ${cause.message}`, { cause });
  }
}

/** The session can only read, as after a failover that it has outlived: nothing was changed, and another session may help. */
export class DatabaseReadOnlyError extends DatabaseUnavailableError {
  constructor(cause: Error) {
    super(cause, 'takes no changes');
  }
}

/** @returns the error itself when the database has answered, or the mistake is in the statement */
export function asUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return error;
  if (isReadOnly(error)) return new DatabaseReadOnlyError(error);
  if (error instanceof pg.DatabaseError && !isServerAway(error)) return error;
  return new DatabaseUnavailableError(error);
}

/** Whether the server refused a change because the session can only read. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === READ_ONLY_TRANSACTION;
}

function isServerAway({ code = '' }: pg.DatabaseError): boolean {
  return UNAVAILABLE_CLASSES.includes(code.slice(0, CLASS_LENGTH));
}
