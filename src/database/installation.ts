import type { Database } from './database.js';

/** Reads the id of the installation that owns the database. A backup contains it as well. */
export async function installationOf(database: Database): Promise<string> {
  const { id } = await database.selectFrom('installation').select('id').executeTakeFirstOrThrow();
  return id;
}
