import { sql } from 'kysely';
import type { Database } from './database.js';
import { DatabaseReadOnlyError } from './database-unavailable-error.js';

/**
 * Makes sure that the database answers and takes changes. A session that can only read is closed and asked again anew: the first
 * one may have outlived a failover.
 *
 * @throws DatabaseUnavailableError, and DatabaseReadOnlyError among them, when no session can be had that may write
 */
export async function requireWritable(database: Database): Promise<void> {
  try {
    await refuseReadOnly(database);
  } catch (error) {
    if (!(error instanceof DatabaseReadOnlyError)) throw error;
    await refuseReadOnly(database);
  }
}

/** Fails as a change would, and locks no table for it. */
async function refuseReadOnly(database: Database): Promise<void> {
  await sql`do $$ begin
    if current_setting('transaction_read_only') = 'on' then
      raise read_only_sql_transaction using message = 'its sessions can only read';
    end if;
  end $$`.execute(database);
}
