import pg from 'pg';

/** SQLSTATE classes of a server that is not there for anybody now (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const CONNECTION_EXCEPTION = '08';
const INSUFFICIENT_RESOURCES = '53';
const OPERATOR_INTERVENTION = '57';
const UNAVAILABLE_CLASSES = [CONNECTION_EXCEPTION, INSUFFICIENT_RESOURCES, OPERATOR_INTERVENTION];
const CLASS_LENGTH = 2;

/** The database did not answer, or not in time: nothing is known of what it was asked last, and trying again may help. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';

  constructor(cause: Error) {
    super(`the database does not answer: ${cause.message}`, { cause });
  }
}

/** @returns the error itself when the database has answered, or the mistake is in the statement */
export function asUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return error;
  if (error instanceof pg.DatabaseError && !isServerAway(error)) return error;
  return new DatabaseUnavailableError(error);
}

function isServerAway({ code = '' }: pg.DatabaseError): boolean {
  return UNAVAILABLE_CLASSES.includes(code.slice(0, CLASS_LENGTH));
}
