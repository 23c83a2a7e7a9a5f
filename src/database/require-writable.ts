import { sql } from 'kysely';
import type { Database } from './database.js';
import { DatabaseReadOnlyError } from './database-unavailable-error.js';

/**
 * Makes sure that the database answers and takes changes. Tries a new session after a read-only
 * one, which may have outlived a failover.
 *
 * @throws DatabaseUnavailableError, or its subclass DatabaseReadOnlyError, when no session can
 * write
 */
export async function requireWritable(database: Database): Promise<void> {
  try {
    await refuseReadOnly(database);
  } catch (error) {
    if (!(error instanceof DatabaseReadOnlyError)) throw error;
    await refuseReadOnly(database);
  }
}

/** Fails like a change, without locking a table. */
async function refuseReadOnly(database: Database): Promise<void> {
  await sql`do $$ begin
    if current_setting('transaction_read_only') = 'on' then
      raise read_only_sql_transaction using message = 'its sessions can only read';
    end if;
  end $$`.execute(database);
}
