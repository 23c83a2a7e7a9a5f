import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import type { Activity } from './activity.js';

/** They change nothing that others could see. */
const UNSEEN_STATEMENTS = ['begin', 'rollback'];

const MAX_NAME_LENGTH = 60;

/** The pool as one activity has it: every statement is an effect. When it dies, the server rolls back what it had begun. */
export function gatedPool(pool: pg.Pool, activity: Activity): PostgresPool {
  return {
    connect: async () => gatedClient(await activity.preparation(() => pool.connect()), activity),
    // It belongs to the whole test; a process that ends returns its connections one by one.
    end: () => Promise.resolve(),
  };
}

function gatedClient(client: pg.PoolClient, activity: Activity): PostgresPoolClient {
  const pid = (client as pg.PoolClient & { processID: number }).processID;
  const query = (statement: string, parameters: readonly unknown[]): Promise<unknown> => {
    const send = () => client.query(statement, [...parameters]);
    return UNSEEN_STATEMENTS.includes(statement)
      ? activity.preparation(send, pid)
      : activity.effect(`sql ${nameOf(statement)}`, send, pid);
  };
  return {
    // The other form of it, with a cursor, is used by streams only.
    query: query as PostgresPoolClient['query'],
    release: () => {
      if (!activity.isDead) {
        client.release();
        return;
      }
      void activity.aftermath(async () => {
        try {
          await client.query('rollback; select pg_advisory_unlock_all()');
          client.release();
        } catch (error) {
          client.release(error instanceof Error ? error : true);
        }
      });
    },
  };
}

function nameOf(statement: string): string {
  const words = statement.replaceAll('"', '').replace(/ select .*? from /, ' from ');
  return words.slice(0, MAX_NAME_LENGTH);
}
