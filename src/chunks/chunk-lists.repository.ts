import { Injectable } from '@nestjs/common';
import { sql, type SqlBool } from 'kysely';
import { Database } from '../database/database.js';
import type { ChunkView } from './chunks.repository.js';

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
      .select([
        'c.id',
        'c.conversation_id as conversationId',
        'c.position',
        'c.status',
        'c.attempt',
        'c.revision',
        'c.edited_at as editedAt',
        'c.error',
        'c.error_code as errorCode',
        'c.model',
        'c.prompt_version as promptVersion',
        'c.input_tokens as inputTokens',
        'c.output_tokens as outputTokens',
        'c.submission_id as submissionId',
        's.transcript_id as transcriptId',
        's.strategy',
        'c.created_at as createdAt',
        'c.submitted_at as submittedAt',
        'c.transcribed_at as transcribedAt',
        'c.completed_at as completedAt',
        'c.audio_expired_at as audioExpiredAt',
      ])
      .where('c.conversation_id', '=', conversationId);
    if (after !== undefined) {
      query = query.where(sql<SqlBool>`(c.position, c.id) > (${after.position}::bigint, ${after.id}::uuid)`);
    }
    return query.orderBy('c.position').orderBy('c.id').limit(limit).execute();
  }
}
