import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';
import { statementName } from './statement-names.js';
import {
  asUnavailable,
  DatabaseReadOnlyError,
  DatabaseUnavailableError,
} from './database-unavailable-error.js';

/** Those whose rows are counted. */
const CHANGING = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'] as const;

/** A connection on loan from the pool. */
class Loan implements PostgresPoolClient {
  private fault: Error | undefined;

  constructor(
    private readonly client: pg.PoolClient,
    private readonly onReadOnly: () => void,
  ) {}

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
      if (told instanceof DatabaseReadOnlyError) this.onReadOnly();
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
 *
 * A session that can only read is closed at its first refused change, and with it all that were opened before: they lead to the
 * same server, and each would fail a change of its own. Only new ones follow a failover.
 */
export function discardingUnanswered(pool: pg.Pool): PostgresPool {
  /** Counts the times that sessions turned out to be read-only; those of an older count are lent no more. */
  let generation = 0;
  const generations = new WeakMap<pg.PoolClient, number>();
  pool.on('connect', (client) => generations.set(client, generation));
  const lend = async (): Promise<Loan> => {
    for (;;) {
      const client = await connect(pool);
      const own = generations.get(client);
      if (own === generation) {
        return new Loan(client, () => {
          if (own === generation) generation += 1;
        });
      }
      client.release(true);
    }
  };
  return { connect: lend, end: () => pool.end() };
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw asUnavailable(error);
  }
}
