import { randomUUID } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Creates a separate database for a test: a clone of the migrated template. */
export async function createTestDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const { migrated = true } = options;
  const admin = serverUrl();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await run(admin.href, `create database ${name}${migrated ? ' template ringback_template' : ''}`);
  const url = new URL(admin.href);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => run(admin.href, `drop database ${name} with (force)`),
  };
}

function serverUrl(): URL {
  const url = process.env.RINGBACK_TEST_POSTGRES;
  if (url === undefined) throw new Error('the global setup has not started PostgreSQL');
  return new URL(url);
}

/** PostgreSQL refuses to clone one template twice at the same time; the second one retries. */
async function run(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(4711)');
    await client.query(statement);
  } finally {
    await client.end();
  }
}
