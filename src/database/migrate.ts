import { Logger } from '@nestjs/common';
import { type Migration, Migrator, sql } from 'kysely';
import type { Database } from './database.js';
import { records } from './migrations/0001-records.js';
import { coordination } from './migrations/0002-coordination.js';
import { providers } from './migrations/0004-providers.js';
import { privacy } from './migrations/0005-privacy.js';
import { events } from './migrations/0006-events.js';
import { positions } from './migrations/0007-positions.js';
import { installation } from './migrations/0008-installation.js';
import { plainNames } from './migrations/0009-plain-names.js';
import { lists } from './migrations/0010-lists.js';
import { sessions } from './migrations/0011-sessions.js';
import { edits } from './migrations/0012-edits.js';
import { changes } from './migrations/0013-changes.js';
import { recordingFacts } from './migrations/0014-recording-facts.js';
import { uploads } from './migrations/0015-uploads.js';
import { summaryParts } from './migrations/0016-summary-parts.js';
import { correctionWindows } from './migrations/0017-correction-windows.js';

/** Migrations in order, forward only; a released migration never changes. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-records': records,
  '0002-coordination': coordination,
  '0004-providers': providers,
  '0005-privacy': privacy,
  '0006-events': events,
  '0007-positions': positions,
  '0008-installation': installation,
  '0009-plain-names': plainNames,
  '0010-lists': lists,
  '0011-sessions': sessions,
  '0012-edits': edits,
  '0013-changes': changes,
  '0014-recording-facts': recordingFacts,
  '0015-uploads': uploads,
  '0016-summary-parts': summaryParts,
  '0017-correction-windows': correctionWindows,
};

/** Kysely's own table of applied migrations. */
const MIGRATION_TABLE = 'kysely_migration';

/** Stands for a migration of a later release, which is applied already. */
const LATER_MIGRATION: Migration = { up: () => Promise.resolve() };

/**
 * Migrates the database to this version. Many processes may start at once: Kysely holds a lock of
 * the database, and the later ones have nothing to migrate.
 *
 * A release only adds to the tables of the previous one, so this version also runs on the database
 * of the next one: beside it during an upgrade, and after a downgrade.
 *
 * @throws the failed migration's own error; all migrations of this call are then rolled back
 */
export async function migrateToLatest(db: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => migrationsOf(db) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error(JSON.stringify(error));
}

/** Called while Kysely holds its lock: no other process migrates meanwhile. */
async function migrationsOf(db: Database): Promise<Record<string, Migration>> {
  const lastKnown = Object.keys(MIGRATIONS).sort().at(-1) ?? '';
  const { rows } = await sql<{ name: string }>`
    select name from ${sql.table(MIGRATION_TABLE)} where name collate "C" > ${lastKnown} order by name`.execute(
    db,
  );
  if (rows.length === 0) return MIGRATIONS;
  const names = rows.map(({ name }) => name);
  new Logger('Database').warn(
    `the database was migrated by a later release (${names.join(', ')}); this one may run on it for the time of an upgrade only`,
  );
  return { ...MIGRATIONS, ...Object.fromEntries(names.map((name) => [name, LATER_MIGRATION])) };
}
