import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import type { Activity } from './activity.js';

const MAX_LABEL_LENGTH = 60;

/**
 * Wraps the pool for one activity: every statement is an effect. When the activity dies, the server
 * rolls back its transaction.
 */
export function gatedPool(pool: pg.Pool, activity: Activity): PostgresPool {
  return {
    connect: async () => gatedClient(await activity.preparation(() => pool.connect()), activity),
    // The pool belongs to the whole test; a process that ends returns its connections one by one.
    end: () => Promise.resolve(),
  };
}

function gatedClient(client: pg.PoolClient, activity: Activity): PostgresPoolClient {
  const pid = (client as pg.PoolClient & { processID: number }).processID;
  const nothing = { rows: [] };
  // `begin` is sent with the first statement and is no round trip of its own, so it is no effect
  // either.
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
    // Only streams use its other form, with a cursor.
    query: query as PostgresPoolClient['query'],
    release: () => {
      if (!activity.isDead) {
        client.release();
        return;
      }
      void activity.afterDeath(async () => {
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

/** A named statement is prepared once per connection, which saves time over many scenarios. */
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
