import { Injectable } from '@nestjs/common';
import { sql, type SqlBool } from 'kysely';
import { Database } from '../../database/database.js';
import { type Page, pageOf } from '../../http/pages/cursor.js';
import { CONVERSATION_COLUMNS, type ConversationView } from '../conversations.repository.js';
import {
  conditions,
  type ConversationFilter,
  ConversationSearch,
  type ListPage,
  wordQuery,
} from './conversation-search.js';
import { ageKey } from './sort-keys.js';

/** A conversation of a list, without its texts. */
export interface ListedConversation extends Omit<
  ConversationView,
  'transcript' | 'summary' | 'transcriptPrompt'
> {
  hasSummary: boolean;
}

const COLUMNS = { projectId: 'c.project_id', status: 'c.status', createdAt: 'c.created_at', id: 'c.id' };
const NO_CHUNKS = { total: 0, completed: 0, failed: 0 };

/** Lists of conversations; each statement reads the rows of one page by an index. */
@Injectable()
export class ConversationListsRepository {
  constructor(
    private readonly database: Database,
    private readonly search: ConversationSearch,
  ) {}

  async page(filter: ConversationFilter, page: ListPage): Promise<Page<ListedConversation>> {
    const { data, nextCursor } = pageOf(await this.rows(filter, page), page.limit, ({ key, id }) => ({
      key,
      id,
    }));
    const counts = await this.chunkCounts(data.map(({ id }) => id));
    return {
      data: data.map(({ key: _key, ...row }) => ({ ...row, ...(counts.get(row.id) ?? NO_CHUNKS) })),
      nextCursor,
    };
  }

  private async rows(filter: ConversationFilter, page: ListPage) {
    const { externalId, q } = filter;
    if (q !== undefined && externalId === undefined) {
      const ids = await this.search.find({ ...filter, q }, page);
      return this.items()
        .where(sql<SqlBool>`c.id = any(${ids}::uuid[])`)
        .execute();
    }
    let query = this.items()
      .where(conditions(filter, page, COLUMNS))
      .limit(page.limit + 1);
    if (externalId !== undefined) query = query.where('c.external_id', '=', externalId);
    if (q !== undefined) {
      // A handful of conversations: one in each project.
      query = query.where(
        sql<SqlBool>`exists (select from conversation_words w where w.conversation_id = c.id and w.words @@ ${wordQuery(q)})`,
      );
    }
    return query.execute();
  }

  private items() {
    return this.database
      .selectFrom('conversations as c')
      .leftJoin('projects as p', 'p.id', 'c.project_id')
      .select([
        ...CONVERSATION_COLUMNS,
        sql<boolean>`c.summary_status = 'completed'`.as('hasSummary'),
        ageKey('c.created_at').as('key'),
      ])
      .orderBy('c.created_at', 'desc')
      .orderBy('c.id', 'desc');
  }

  /** Counts the chunks of a page's conversations; those without chunks are missing. */
  private async chunkCounts(ids: readonly string[]): Promise<Map<string, typeof NO_CHUNKS>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database
      .selectFrom('chunks')
      .select(({ fn }) => [
        'conversation_id as conversationId',
        fn.countAll<number>().as('total'),
        fn.countAll<number>().filterWhere('status', '=', 'completed').as('completed'),
        fn.countAll<number>().filterWhere('status', '=', 'failed').as('failed'),
      ])
      .where(sql<SqlBool>`conversation_id = any(${ids}::uuid[])`)
      .groupBy('conversation_id')
      .execute();
    return new Map(rows.map(({ conversationId, ...counts }) => [conversationId, counts]));
  }
}
