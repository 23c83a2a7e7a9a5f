import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { DIARIZATION_SCHEMAS } from '../../chunks/diarization-schemas.js';
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
  /** Says which parts of the transcript the summary leaves out; null: none. */
  summaryLeftOut: string | null;
  /** Whether its final transcript says that chunks failed, and that there is no text. */
  isFailed: boolean;
}

/** Earlier texts of a chunk, most of which its provider's answer holds. */
const SOURCES = [
  sql<
    string | null
  >`coalesce(diarization -> 'data' -> 'raw' ->> 'text', diarization -> 'data' ->> 'text')`.as('heardText'),
  sql<boolean>`diarization ->> 'schema' is not distinct from ${DIARIZATION_SCHEMAS.anonymized}`.as(
    'isAnonymized',
  ),
  // The text before the first edit; or, if a person restored another text of a machine, that text.
  sql<string | null>`case when edited_at is not null then (select r.text from chunk_revisions as r
    where r.chunk_id = chunks.id and r.origin in ('first_stage', 'correction')
    order by r.text = chunks.transcript desc, r.revision limit 1) end`.as('machineText'),
] as const;
const NO_SOURCES = [
  sql<null>`null`.as('heardText'),
  sql<boolean>`false`.as('isAnonymized'),
  sql<null>`null`.as('machineText'),
] as const;

@Injectable()
export class TranscriptsRepository {
  constructor(private readonly database: Database) {}

  async conversation(id: string): Promise<TranscribedConversation | undefined> {
    return this.database
      .selectFrom('conversations')
      .select([
        'status',
        'title',
        'created_at as createdAt',
        'summary',
        // While a newer summary is owed, the previous one stays with what it leaves out.
        sql<string | null>`case when summary_status in ('completed', 'pending') then summary_error end`.as(
          'summaryLeftOut',
        ),
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
   * @param options.withSources whether to read the earlier texts
   */
  async completedChunks(
    conversationId: string,
    options: { withWords: boolean; withSources: boolean },
  ): Promise<UnparsedChunk[]> {
    const rows = await this.database
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
        ...(options.withSources ? SOURCES : NO_SOURCES),
      ])
      .where('conversation_id', '=', conversationId)
      .where('status', '=', 'completed')
      .orderBy('position')
      .orderBy('id')
      .execute();
    return rows.map(({ heardText, isAnonymized, machineText, ...chunk }) => ({
      ...chunk,
      ...(options.withSources && { sources: { heardText, isAnonymized, machineText } }),
    }));
  }
}
