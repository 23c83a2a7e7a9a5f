import type { Redis } from 'ioredis';
import pg from 'pg';
import type { World } from './test-service.js';

/**
 * Reads or changes the record without the service's knowledge: for facts that HTTP does not show,
 * and for time that must pass.
 */
export async function query<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(statement, values)).rows;
  } finally {
    await client.end();
  }
}

/**
 * Ends the leases of all submissions, as if half a minute had passed. Only for submitters that
 * cannot be running any more: a running one would lose the protection of its lease.
 */
export async function letLeasesEnd(databaseUrl: string): Promise<void> {
  await query(databaseUrl, `update submissions set lease_until = now() where status = 'created'`);
}

/** Counts the submissions of a conversation by status. */
export async function submissionCounts(
  databaseUrl: string,
  conversationId: string,
): Promise<Record<string, number>> {
  const rows = await query<{ status: string; count: number }>(
    databaseUrl,
    'select status, count(*)::integer as count from submissions where conversation_id = $1 group by status',
    [conversationId],
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/**
 * Searches for a text in all stored data of the service: in every column of every table, and in
 * every key of Redis.
 *
 * @returns the tables (`schema.table`) and keys that contain it
 */
export async function locationsHolding(world: World, text: string): Promise<string[]> {
  const keys = await world.redis?.use((redis) => keysHolding(redis, text));
  return [...(await tablesHolding(world.database.url, text)), ...(keys ?? [])];
}

/**
 * Returns the same data in lower case, for searches for many texts.
 *
 * @returns contents by table (`schema.table`) and key
 */
export async function everythingStored(world: World): Promise<Map<string, string>> {
  const stored = await everyTable(world.database.url);
  await world.redis?.use(async (redis) => {
    for (const key of await redis.keys('*')) stored.set(key, await contentOf(redis, key));
  });
  return stored;
}

async function everyTable(databaseUrl: string): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const stored = new Map<string, string>();
    for (const { name, quoted } of (await client.query<TableName>(TABLE_NAMES)).rows) {
      const { rows } = await client.query<{ content: string | null }>(
        `select lower(string_agg(r::text, E'\\n')) as content from ${quoted} as r`,
      );
      stored.set(name, rows[0]?.content ?? '');
    }
    return stored;
  } finally {
    await client.end();
  }
}

interface TableName {
  name: string;
  quoted: string;
}

const TABLE_NAMES = `select table_schema || '.' || table_name as name, format('%I.%I', table_schema, table_name) as quoted
  from information_schema.tables
  where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
  order by 1`;

async function tablesHolding(databaseUrl: string, text: string): Promise<string[]> {
  const tables = await query<TableName>(databaseUrl, TABLE_NAMES);
  const holding: string[] = [];
  for (const { name, quoted } of tables) {
    const rows = await query(
      databaseUrl,
      `select 1 as found from ${quoted} as r where strpos(lower(r::text), lower($1)) > 0 limit 1`,
      [text],
    );
    if (rows.length > 0) holding.push(name);
  }
  return holding;
}

async function keysHolding(redis: Redis, text: string): Promise<string[]> {
  const holding: string[] = [];
  for (const key of await redis.keys('*')) {
    if ((await contentOf(redis, key)).includes(text.toLowerCase())) holding.push(key);
  }
  return holding;
}

/** Reads a key with the command of its type, because DUMP would compress the content. */
async function contentOf(redis: Redis, key: string): Promise<string> {
  const readers: Record<string, () => Promise<unknown>> = {
    string: () => redis.get(key),
    hash: () => redis.hgetall(key),
    list: () => redis.lrange(key, 0, -1),
    set: () => redis.smembers(key),
    zset: () => redis.zrange(key, '0', '-1'),
    stream: () => redis.xrange(key, '-', '+'),
  };
  const value = await readers[await redis.type(key)]?.();
  return `${key} ${JSON.stringify(value)}`.toLowerCase();
}
