import type { KyselyPlugin } from 'kysely';
import pg from 'pg';
import type { Database } from '../../src/database/database.js';

type Recorded = Parameters<KyselyPlugin['transformQuery']>[0];

/**
 * Runs `work`, and returns the plan of each statement that it executed through Kysely, as the
 * service's own connections plan it: for any parameters.
 */
export async function plansOf(
  { database, url }: { database: Database; url: string },
  work: (recording: Database) => Promise<unknown>,
): Promise<string[]> {
  const recorded: Recorded[] = [];
  const plugin: KyselyPlugin = {
    transformQuery: (query) => {
      recorded.push(query);
      return query.node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  await work(database.withPlugin(plugin));
  // The service's pool gives every statement a name; EXPLAIN of a generic plan takes no parameters.
  const client = new pg.Client({ connectionString: url, options: '-c random_page_cost=1.1' });
  await client.connect();
  try {
    const plans: string[] = [];
    for (const { node, queryId } of recorded) {
      const { sql } = database.getExecutor().compileQuery(node, queryId);
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${sql}`);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  } finally {
    await client.end();
  }
}
