import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SETTLED_CHUNK_STATUSES } from '../chunks/states.js';
import { Database } from '../database/database.js';

export interface ExpiredAudio {
  chunkId: string;
  key: string;
}

/**
 * Recordings with a limited retention time.
 *
 * - expired: the chunk can no longer be started again; its recording must be removed
 * - deleted: the recording is gone
 */
@Injectable()
export class AudioRetentionRepository {
  constructor(private readonly database: Database) {}

  /**
   * Expires recordings of chunks that settled the given number of days ago. A chunk that is started
   * again at the same time either keeps its recording, or the restart is refused.
   *
   * @returns how many, `limit` at most
   */
  async expire(options: { days: number; limit: number }): Promise<number> {
    const { numUpdatedRows } = await this.database
      .updateTable('chunks')
      .set({ audio_expired_at: sql<Date>`now()` })
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('chunks')
          .select('id')
          .where('audio_key', 'is not', null)
          .where('audio_expired_at', 'is', null)
          .where('status', 'in', [...SETTLED_CHUNK_STATUSES])
          .where('completed_at', '<', sql<Date>`now() - ${options.days} * interval '1 day'`)
          .orderBy('completed_at')
          .limit(options.limit)
          .forUpdate()
          .skipLocked(),
      )
      .executeTakeFirst();
    return Number(numUpdatedRows);
  }

  /** @returns expired recordings that may still exist, by id, after `afterId` */
  async expired(page: { afterId: string; limit: number }): Promise<ExpiredAudio[]> {
    const rows = await this.database
      .selectFrom('chunks')
      .select(['id as chunkId', 'audio_key as key'])
      .where('audio_expired_at', 'is not', null)
      .where('audio_deleted_at', 'is', null)
      .where('id', '>', page.afterId)
      .orderBy('id')
      .limit(page.limit)
      .execute();
    return rows.map(({ chunkId, key }) => ({ chunkId, key: key ?? '' }));
  }

  async noteDeleted(chunkIds: readonly string[]): Promise<void> {
    if (chunkIds.length === 0) return;
    await this.database
      .updateTable('chunks')
      .set({ audio_deleted_at: sql<Date>`now()` })
      .where('id', 'in', [...chunkIds])
      .execute();
  }
}
