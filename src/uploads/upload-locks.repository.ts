import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import type { HeldUpload } from './uploads.repository.js';

/**
 * Locks of uploads, for all processes. A lock ends by itself when its holder does not renew it, by
 * the database's clock.
 */
@Injectable()
export class UploadLocksRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes the lock of an upload, or asks its holder to release it.
   *
   * @returns `missing` when there is no such upload
   */
  async take({ id, token }: HeldUpload, leaseMs: number): Promise<'taken' | 'held' | 'missing'> {
    const { rows: taken } = await sql`
      update uploads set lock_token = ${token}, lock_wanted = false,
        lock_until = now() + ${leaseMs} * interval '1 millisecond'
      where id = ${id} and (lock_until is null or lock_until < now()) returning id`.execute(this.database);
    if (taken.length > 0) return 'taken';
    const { rows: asked } = await sql`
      update uploads set lock_wanted = true where id = ${id} returning id`.execute(this.database);
    return asked.length > 0 ? 'held' : 'missing';
  }

  /** @returns whether another request waits for the lock; undefined when it is lost */
  async renew({ id, token }: HeldUpload, leaseMs: number): Promise<{ isWanted: boolean } | undefined> {
    const { rows } = await sql<{ isWanted: boolean }>`
      update uploads set lock_until = now() + ${leaseMs} * interval '1 millisecond'
      where id = ${id} and lock_token = ${token} returning lock_wanted as "isWanted"`.execute(this.database);
    return rows[0];
  }

  /** Releases the lock, unless it is lost. */
  async release({ id, token }: HeldUpload): Promise<void> {
    await sql`
      update uploads set lock_token = null, lock_until = null, lock_wanted = false
      where id = ${id} and lock_token = ${token}`.execute(this.database);
  }
}
