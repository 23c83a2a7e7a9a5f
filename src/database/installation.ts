import type { Database } from './database.js';

/** The id of the installation that the database is the record of; it stays with the database, in a backup as well. */
export async function installationOf(database: Database): Promise<string> {
  const { id } = await database.selectFrom('installation').select('id').executeTakeFirstOrThrow();
  return id;
}
