import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import type { Activity } from './activity.js';

const MAX_LABEL_LENGTH = 60;

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
  const nothing = { rows: [] };
  // Nobody could see it: it travels with the first statement, and is no round trip of its own.
  let isBeginOwed = false;
  const query = async (text: string, values: readonly unknown[]): Promise<unknown> => {
    if (text === 'begin') {
      isBeginOwed = true;
      return nothing;
    }
    if (text === 'rollback') {
      return isBeginOwed ? nothing : activity.preparation(() => client.query(text), pid);
    }
    const { name, label } = known(text);
    return activity.effect(
      label,
      async () => {
        const begun = isBeginOwed ? client.query('begin') : undefined;
        isBeginOwed = false;
        const [result] = await Promise.all([client.query({ name, text, values: [...values] }), begun]);
        return result;
      },
      pid,
    );
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

/** By its name a connection prepares a statement once; lives are many, statements few. */
const statements = new Map<string, { name: string; label: string }>();

function known(text: string): { name: string; label: string } {
  const seen = statements.get(text);
  if (seen !== undefined) return seen;
  const words = text.replaceAll('"', '').replace(/ select .*? from /, ' from ');
  const statement = {
    name: `statement_${statements.size}`,
    label: `sql ${words.slice(0, MAX_LABEL_LENGTH)}`,
  };
  statements.set(text, statement);
  return statement;
}
