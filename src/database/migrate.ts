import { type Migration, Migrator } from 'kysely';
import type { Database } from './database.js';
import { records } from './migrations/0001-records.js';
import { coordination } from './migrations/0002-coordination.js';

/** In order, forward only; a migration that has landed is never changed. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-records': records,
  '0002-coordination': coordination,
};

/**
 * Brings the database to this version's tables. Safe when many processes start at once: Kysely holds a lock of the
 * database meanwhile, and who comes second finds nothing left to do.
 *
 * @throws the first migration's own error; everything of this call is then rolled back
 */
export async function migrateToLatest(db: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error(JSON.stringify(error));
}
