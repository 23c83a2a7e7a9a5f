import { Injectable } from '@nestjs/common';
import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import { Database } from '../database/database.js';
import type { ChunkStatus, Schema } from '../database/schema.js';
import { RESTARTED } from './restart-chunk.js';

export interface ChunkFilter {
  status?: ChunkStatus;
  conversationId?: string;
  /** An error code, or words that the error holds. */
  error?: string;
}

export interface RestartedChunk {
  chunkId: string;
  conversationId: string;
  attempt: number;
}

/** Finds chunks across conversations, and starts failed ones again by the hundred. */
@Injectable()
export class FailedChunksRepository {
  constructor(private readonly database: Database) {}

  /** @returns ids in the order that the chunks came, after `afterId` */
  async find(filter: ChunkFilter, page: { afterId?: string; limit: number }): Promise<string[]> {
    let query = this.database
      .selectFrom('chunks')
      .select('id')
      .where((eb) => matches(eb, filter));
    if (page.afterId !== undefined) query = query.where('id', '>', page.afterId);
    const rows = await query.orderBy('id').limit(page.limit).execute();
    return rows.map(({ id }) => id);
  }

  async now(): Promise<Date> {
    const { rows } = await sql<{ now: Date }>`select now()`.execute(this.database);
    const [row] = rows;
    if (row === undefined) throw new TypeError('the database does not tell the time');
    return row.now;
  }

  /**
   * failed -> queued, for up to `limit` chunks that failed before `failedBefore`: what fails again meanwhile is not started
   * a second time by the same wish.
   */
  async restart(
    filter: Omit<ChunkFilter, 'status'>,
    options: { failedBefore: Date; limit: number },
  ): Promise<RestartedChunk[]> {
    return this.database.transaction().execute(async (trx) => {
      const restarted = await trx
        .updateTable('chunks')
        .set(RESTARTED)
        .where('id', 'in', (eb) =>
          eb
            .selectFrom('chunks')
            .select('id')
            .where((inner) => matches(inner, { ...filter, status: 'failed' }))
            .where('completed_at', '<=', options.failedBefore)
            .where('audio_expired_at', 'is', null)
            .orderBy('id')
            .limit(options.limit)
            .forUpdate()
            .skipLocked(),
        )
        .returning(['id as chunkId', 'conversation_id as conversationId', 'attempt'])
        .execute();
      if (restarted.length > 0) {
        await trx
          .updateTable('conversations')
          // In any state: a finish and a merge under way would not see this restart.
          .set({ merge_needed: true })
          .where('id', 'in', [...new Set(restarted.map(({ conversationId }) => conversationId))])
          .execute();
      }
      return restarted;
    });
  }
}

function matches(eb: ExpressionBuilder<Schema, 'chunks'>, filter: ChunkFilter): Expression<SqlBool> {
  const conditions: Expression<SqlBool>[] = [];
  if (filter.status !== undefined) conditions.push(eb('status', '=', filter.status));
  if (filter.conversationId !== undefined) {
    conditions.push(eb('conversation_id', '=', filter.conversationId));
  }
  if (filter.error !== undefined) {
    conditions.push(
      eb.or([
        eb('error_code', '=', filter.error),
        sql<SqlBool>`position(lower(${filter.error}) in lower(error)) > 0`,
      ]),
    );
  }
  return eb.and(conditions);
}
