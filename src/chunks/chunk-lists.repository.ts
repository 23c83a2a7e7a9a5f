import { Injectable } from '@nestjs/common';
import { sql, type SqlBool } from 'kysely';
import { Database } from '../database/database.js';
import { CHUNK_COLUMNS, WINDOW_COUNTS, type ChunkView } from './chunks.repository.js';

/** A chunk of a list, without its texts. */
export type ListedChunk = Omit<ChunkView, 'transcript' | 'diarization'>;

/** Lists the chunks of a conversation. */
@Injectable()
export class ChunkListsRepository {
  constructor(private readonly database: Database) {}

  /** @returns chunks by position and id, after `after` */
  async ofConversation(
    conversationId: string,
    { limit, after }: { limit: number; after?: { position: number; id: string } },
  ): Promise<ListedChunk[]> {
    let query = this.database
      .selectFrom('chunks as c')
      .leftJoin('submissions as s', 's.id', 'c.submission_id')
      .select([...CHUNK_COLUMNS, WINDOW_COUNTS.as('windows')])
      .where('c.conversation_id', '=', conversationId);
    if (after !== undefined) {
      query = query.where(sql<SqlBool>`(c.position, c.id) > (${after.position}::bigint, ${after.id}::uuid)`);
    }
    return query.orderBy('c.position').orderBy('c.id').limit(limit).execute();
  }
}
