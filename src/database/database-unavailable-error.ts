import pg from 'pg';

/**
 * SQLSTATE classes of an unavailable server
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const CONNECTION_EXCEPTION = '08';
const INSUFFICIENT_RESOURCES = '53';
const OPERATOR_INTERVENTION = '57';
const UNAVAILABLE_CLASSES = [CONNECTION_EXCEPTION, INSUFFICIENT_RESOURCES, OPERATOR_INTERVENTION];
const CLASS_LENGTH = 2;
/** Code of a session with a standby or a read-only database. Only a new session may be writable. */
export const READ_ONLY_TRANSACTION = '25006';

/** Thrown when the database gives no answer: the outcome is unknown, and a retry may succeed. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';

  constructor(cause: Error, problem = 'does not answer') {
    super(`the database ${problem}: ${cause.message}`, { cause });
  }
}

/**
 * Thrown when a session can only read, as after a failover: nothing changed, a new one may write.
 */
export class DatabaseReadOnlyError extends DatabaseUnavailableError {
  constructor(cause: Error) {
    super(cause, 'takes no changes');
  }
}

/** @returns the error itself when the database has answered, or when the statement is wrong */
export function asUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return error;
  if (isReadOnly(error)) return new DatabaseReadOnlyError(error);
  if (error instanceof pg.DatabaseError && !isServerUnavailable(error)) return error;
  return new DatabaseUnavailableError(error);
}

/** Whether the server refused a change because the session can only read. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === READ_ONLY_TRANSACTION;
}

function isServerUnavailable({ code = '' }: pg.DatabaseError): boolean {
  return UNAVAILABLE_CLASSES.includes(code.slice(0, CLASS_LENGTH));
}
