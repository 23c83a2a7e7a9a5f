import { Injectable } from '@nestjs/common';
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { Database } from '../../database/database.js';
import type { ConversationStatus } from '../../database/schema.js';
import type { Cursor } from '../../http/pages/cursor.js';
import { isOlder } from './sort-keys.js';

export interface ConversationFilter {
  projectId?: string;
  status?: ConversationStatus;
  externalId?: string;
  /** Words; see `wordQuery`. */
  q?: string;
  createdAfter?: Date;
  createdBefore?: Date;
}

export interface ListPage {
  limit: number;
  after?: Cursor;
}

/** Rows of the first look at the newest conversations. */
const FIRST_LOOK = 200;
/**
 * Rows of a second look at most: comparing the words of one takes from a hundredth of a millisecond
 * to a tenth, for a recording of an hour.
 */
const MAX_LOOK = 2_000;
/** The share of conversations with the words varies: twice as many rows are looked at as needed. */
const RESERVE = 2;

interface Look {
  ids: string[];
  scanned: number;
}

/**
 * Finds the newest conversations with the words of a query.
 *
 * Words that many conversations have are found among the newest ones. All others are found by the
 * index of words, which cannot return the newest first: all conversations with the words are read
 * and sorted, some thousands at most unless the newest ones differ from the rest.
 */
@Injectable()
export class ConversationSearch {
  constructor(private readonly database: Database) {}

  /** @returns ids of the newest first, one more than the page has if there are more */
  async find(filter: ConversationFilter & { q: string }, page: ListPage): Promise<string[]> {
    const wanted = page.limit + 1;
    for (let rows = FIRST_LOOK; ;) {
      const { ids, scanned } = await this.lookAtNewest(filter, page, rows);
      if (ids.length >= wanted || scanned < rows) return ids;
      const needed = ids.length === 0 ? Infinity : Math.ceil((RESERVE * rows * wanted) / ids.length);
      if (needed > MAX_LOOK || needed <= rows) return this.findByIndex(filter, page);
      rows = needed;
    }
  }

  private async lookAtNewest(
    filter: ConversationFilter & { q: string },
    page: ListPage,
    maxRows: number,
  ): Promise<Look> {
    const { rows } = await sql<Look>`
      with newest as materialized (
        select conversation_id, created_at, words @@ ${wordQuery(filter.q)} as found
        from conversation_words where ${conditions(filter, page)}
        order by created_at desc, conversation_id desc limit ${maxRows}
      )
      select (select count(*)::integer from newest) as scanned,
        array(select conversation_id::text from newest where found
          order by created_at desc, conversation_id desc limit ${page.limit + 1}) as ids`.execute(
      this.database,
    );
    return rows[0] ?? { ids: [], scanned: 0 };
  }

  private async findByIndex(filter: ConversationFilter & { q: string }, page: ListPage): Promise<string[]> {
    // Materialized: the planner would otherwise read all conversations, the newest first.
    const { rows } = await sql<{ id: string }>`
      with found as materialized (
        select conversation_id, created_at from conversation_words
        where words @@ ${wordQuery(filter.q)} and ${conditions(filter, page)}
      )
      select conversation_id as id from found
      order by created_at desc, conversation_id desc limit ${page.limit + 1}`.execute(this.database);
    return rows.map(({ id }) => id);
  }
}

/**
 * A query for all words, of which the last may be the beginning of one. A subquery, so that it is
 * made once and not for each row.
 */
export function wordQuery(q: string): RawBuilder<unknown> {
  // The parser of queries knows more blanks than `searched_words` replaces.
  const words = q.replace(/\s+/gu, ' ');
  return sql`(select to_tsquery('pg_catalog.simple', replace(trim(searched_words(${words})), ' ', ' & ') || ':*'))`;
}

/** The filters that the columns of `conversation_words` and of `conversations` have in common. */
export function conditions(
  { projectId, status, createdAfter, createdBefore }: ConversationFilter,
  { after }: ListPage,
  columns = { projectId: 'project_id', status: 'status', createdAt: 'created_at', id: 'conversation_id' },
): RawBuilder<SqlBool> {
  const all = [sql`true`];
  if (projectId !== undefined) all.push(sql`${sql.ref(columns.projectId)} = ${projectId}`);
  // Not a parameter: the planner must know whether nearly all conversations have it, or hardly any.
  if (status !== undefined) all.push(sql`${sql.ref(columns.status)} = ${sql.lit(status)}`);
  if (createdAfter !== undefined) all.push(sql`${sql.ref(columns.createdAt)} >= ${createdAfter}`);
  if (createdBefore !== undefined) all.push(sql`${sql.ref(columns.createdAt)} < ${createdBefore}`);
  if (after !== undefined) all.push(isOlder(columns, after));
  return sql<SqlBool>`(${sql.join(all, sql` and `)})`;
}
