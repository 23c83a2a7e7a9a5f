import { Injectable } from '@nestjs/common';
import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import { Database } from '../database/database.js';
import type { Schema } from '../database/schema.js';
import type { ChunkStatus } from './states.js';
import { type RestartedChunk, restartFailed } from './restart.js';

export interface ChunkFilter {
  status?: ChunkStatus;
  conversationId?: string;
  /** An error code, or words that the error contains. */
  error?: string;
}

/** Finds chunks across conversations, and restarts failed chunks in batches. */
@Injectable()
export class FailedChunksRepository {
  constructor(private readonly database: Database) {}

  /** @returns ids in the order in which the chunks arrived, after `afterId` */
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
    if (row === undefined) throw new TypeError('the database returned no time');
    return row.now;
  }

  async restart(
    filter: Omit<ChunkFilter, 'status'>,
    options: { failedBefore: Date; limit: number },
  ): Promise<RestartedChunk[]> {
    return restartFailed(this.database, (eb) => matches(eb, { ...filter, status: 'failed' }), options);
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
