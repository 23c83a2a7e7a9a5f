import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';
import { statementName } from './statement-names.js';
import {
  asUnavailable,
  DatabaseReadOnlyError,
  DatabaseUnavailableError,
} from './database-unavailable-error.js';

/** Commands that report the number of changed rows. */
const CHANGING = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'] as const;

/** A connection that is borrowed from the pool. */
class BorrowedConnection implements PostgresPoolClient {
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
    return typeof what === 'string' ? this.send(() => this.execute<R>(what, parameters)) : client.query(what);
  }

  release(): void {
    this.client.release(this.fault);
  }

  private async execute<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const statement = { name: statementName(text), text, values: [...parameters] };
    const { command, rowCount, rows } = await this.client.query<R & pg.QueryResultRow>(statement);
    return { command: CHANGING.find((one) => one === command) ?? 'SELECT', rowCount: rowCount ?? 0, rows };
  }

  /** Sends nothing after the first unanswered statement: the next one would wait behind it. */
  private async send<T>(request: () => Promise<T>): Promise<T> {
    if (this.fault !== undefined) throw this.fault;
    try {
      return await request();
    } catch (error) {
      const thrown = asUnavailable(error);
      if (thrown instanceof DatabaseUnavailableError) this.fault = thrown;
      if (thrown instanceof DatabaseReadOnlyError) this.onReadOnly();
      throw thrown;
    }
  }
}

/**
 * Wraps a pool so that it takes back only connections whose every statement was answered, by a
 * result or an error of the server; it closes the others. An abandoned statement is still under
 * way, and would affect the next borrower of its connection:
 *
 * - If the server is silent, the next statement waits behind it and is abandoned as well, for the
 * quarter of an hour until the system gives up the connection.
 * - If the server was frozen and continues, the transaction is still open, because its rollback was
 * never sent. Its changes would be committed with the next transaction.
 *
 * Unanswered statements fail with DatabaseUnavailableError.
 *
 * A read-only session is closed at its first refused change, together with all sessions opened
 * before. They lead to the same server, and each would fail a change. Only new sessions follow a
 * failover.
 */
export function createDiscardingPool(pool: pg.Pool): PostgresPool {
  /** Counts detections of read-only sessions; sessions of an older count are not lent any more. */
  let generation = 0;
  const generations = new WeakMap<pg.PoolClient, number>();
  pool.on('connect', (client) => generations.set(client, generation));
  const lend = async (): Promise<BorrowedConnection> => {
    for (;;) {
      const client = await connect(pool);
      const own = generations.get(client);
      if (own === generation) {
        return new BorrowedConnection(client, () => {
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
