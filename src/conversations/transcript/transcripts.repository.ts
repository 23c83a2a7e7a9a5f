import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../../database/database.js';
import type { ConversationStatus } from '../../database/schema.js';
import { NOTHING_COULD_BE_TRANSCRIBED } from './merge-transcripts.js';
import type { UnparsedChunk } from './render-transcript.js';

/** A conversation as its transcript needs it, without the merged text. */
export interface TranscribedConversation {
  status: ConversationStatus;
  title: string | null;
  createdAt: Date;
  summary: string | null;
  /** Whether its final transcript says that chunks failed, and that there is no text. */
  isFailed: boolean;
}

@Injectable()
export class TranscriptsRepository {
  constructor(private readonly database: Database) {}

  async conversation(id: string): Promise<TranscribedConversation | undefined> {
    return this.database
      .selectFrom('conversations')
      .select([
        'status',
        sql<null>`null`.as('title'),
        'created_at as createdAt',
        'summary',
        sql<boolean>`transcript is not distinct from ${NOTHING_COULD_BE_TRANSCRIBED}`.as('isFailed'),
      ])
      .where('id', '=', id)
      .executeTakeFirst();
  }

  /**
   * Reads the completed chunks of a conversation in their order, for its transcript.
   *
   * @param options.withWords whether to read the recognizer's words, which are much longer than the
   * text
   */
  async completedChunks(conversationId: string, options: { withWords: boolean }): Promise<UnparsedChunk[]> {
    return this.database
      .selectFrom('chunks')
      .select([
        'id',
        'position',
        'transcript',
        // The provider's whole answer is in `data`, or in `data.raw` after the correction.
        sql<number | null>`coalesce(diarization -> 'data' -> 'raw' ->> 'audio_duration',
          diarization -> 'data' ->> 'audio_duration')::double precision`.as('durationSeconds'),
        options.withWords
          ? sql<string | null>`coalesce(diarization -> 'data' -> 'raw' -> 'words',
              diarization -> 'data' -> 'words')::text`.as('words')
          : sql<null>`null`.as('words'),
      ])
      .where('conversation_id', '=', conversationId)
      .where('status', '=', 'completed')
      .orderBy('position')
      .orderBy('id')
      .execute();
  }
}
