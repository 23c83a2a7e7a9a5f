import type { Stores } from './stores.js';

/** Where Ringback counts its requests to AssemblyAI. */
const KEY = 'coord:usage:{assemblyai}';
const TABLE = 'coordination_usage';

/**
 * Resets the count of requests to the provider, as if the five minutes that it covers were over.
 * Ringback stays within the 20,000 that AssemblyAI allows in them, and would wait. A benchmark does
 * not measure that limit.
 */
export async function resetRequestCount({ redis, database }: Stores): Promise<void> {
  await redis.client.del(KEY);
  const { rowCount } = await database.query('select from pg_tables where tablename = $1', [TABLE]);
  if (rowCount !== null && rowCount > 0) await database.query(`delete from ${TABLE}`);
}
