import type { KyselyPlugin } from 'kysely';
import pg from 'pg';
import type { Database } from '../../src/database/database.js';

type Recorded = Parameters<KyselyPlugin['transformQuery']>[0];

/** As the service's own connections plan. */
const SERVICE_OPTIONS = '-c random_page_cost=1.1';

/**
 * Makes the planner choose for a few rows what it chooses for many. Without this the plan depends
 * on whether autovacuum has counted the rows of a small table already.
 */
const AS_FOR_MANY_ROWS = '-c enable_seqscan=off -c enable_bitmapscan=off -c enable_sort=off';

interface PlanOptions {
  /** Whether the tables hold only the few rows of a test. */
  areTablesSmall?: boolean;
}

/**
 * Runs `work`, and returns the plan of each statement that it executed through Kysely, as the
 * service's own connections plan it: for any parameters.
 */
export async function plansOf(
  { database, url }: { database: Database; url: string },
  work: (recording: Database) => Promise<unknown>,
  { areTablesSmall = false }: PlanOptions = {},
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
  const options = areTablesSmall ? `${SERVICE_OPTIONS} ${AS_FOR_MANY_ROWS}` : SERVICE_OPTIONS;
  return explained(
    { url, options },
    recorded.map(
      ({ node, queryId }) =>
        `explain (generic_plan) ${database.getExecutor().compileQuery(node, queryId).sql}`,
    ),
  );
}

/** Returns the plan that a statement has once its tables have many rows. */
export async function planForManyRows(url: string, statement: string): Promise<string> {
  const options = `${SERVICE_OPTIONS} ${AS_FOR_MANY_ROWS}`;
  const [plan = ''] = await explained({ url, options }, [`explain ${statement}`]);
  return plan;
}

async function explained(
  { url, options }: { url: string; options: string },
  statements: readonly string[],
): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, options });
  await client.connect();
  try {
    const plans: string[] = [];
    for (const statement of statements) {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(statement);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  } finally {
    await client.end();
  }
}
