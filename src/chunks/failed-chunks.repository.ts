import { Injectable } from '@nestjs/common';
import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import { Database } from '../database/database.js';
import type { Schema } from '../database/schema.js';
import { HAS_UNCORRECTED_TEXT } from './problems.repository.js';
import type { ChunkStatus } from './states.js';
import { type RestartedChunk, restartFailed } from './restart.js';

export interface ChunkFilter {
  status?: ChunkStatus;
  conversationId?: string;
  /** An error code, or words that the error contains. */
  error?: string;
  /** Exactly this code: of failed chunks, or with `uncorrected` of failed corrections. */
  errorCode?: string;
  /** Whether only chunks whose correction failed are wanted. */
  uncorrected?: boolean;
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
  // Not a parameter: the planner must know that few chunks have failed, and have an index.
  if (filter.status !== undefined) conditions.push(eb('status', '=', sql.lit(filter.status)));
  if (filter.uncorrected === true) conditions.push(isUncorrected(filter.errorCode));
  else if (filter.errorCode !== undefined) {
    conditions.push(eb('status', '=', sql.lit('failed' as const)), eb('error_code', '=', filter.errorCode));
  }
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

function isUncorrected(code: string | undefined): Expression<SqlBool> {
  const ofCode = code === undefined ? sql`true` : sql`u.code = ${code}`;
  return sql<SqlBool>`chunks.id in (
    select u.chunk_id from uncorrected_chunks as u where ${ofCode} and ${HAS_UNCORRECTED_TEXT})`;
}
