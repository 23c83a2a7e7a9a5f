import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';
import { statementName } from './statement-names.js';
import { asUnavailable, DatabaseUnavailableError } from './database-unavailable-error.js';

/** Those whose rows are counted. */
const CHANGING = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'] as const;

/** A connection on loan from the pool. */
class Loan implements PostgresPoolClient {
  private fault: Error | undefined;

  constructor(private readonly client: pg.PoolClient) {}

  query<R>(statement: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    what: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    const client: PostgresPoolClient = this.client;
    return typeof what === 'string' ? this.ask(() => this.execute<R>(what, parameters)) : client.query(what);
  }

  release(): void {
    this.client.release(this.fault);
  }

  private async execute<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const statement = { name: statementName(text), text, values: [...parameters] };
    const { command, rowCount, rows } = await this.client.query<R & pg.QueryResultRow>(statement);
    return { command: CHANGING.find((one) => one === command) ?? 'SELECT', rowCount: rowCount ?? 0, rows };
  }

  /** After the first statement without an answer none is sent: it would only wait behind that one. */
  private async ask<T>(send: () => Promise<T>): Promise<T> {
    if (this.fault !== undefined) throw this.fault;
    try {
      return await send();
    } catch (error) {
      const told = asUnavailable(error);
      if (told instanceof DatabaseUnavailableError) this.fault = told;
      throw told;
    }
  }
}

/**
 * Takes back only connections whose every statement was answered, with a result or with an error of the server; others are
 * closed. A statement that was given up is still under way, and its connection is not what the next borrower takes it for:
 *
 * - the server went silent: the next statement waits behind it and is given up in its turn, for the quarter of an hour that the
 *   system takes to give up the connection;
 * - the server was frozen and goes on: the transaction is open, as its rollback was never sent, and what it has done so far would
 *   be committed with the next one.
 *
 * What the server left unanswered fails with DatabaseUnavailableError.
 */
export function discardingUnanswered(pool: pg.Pool): PostgresPool {
  return {
    connect: async () => new Loan(await connect(pool)),
    end: () => pool.end(),
  };
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw asUnavailable(error);
  }
}
