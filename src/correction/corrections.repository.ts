import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { DEFAULT_LANGUAGE } from '../conversations/conversation-settings.js';
import { Database } from '../database/database.js';
import { prepareStatement } from '../database/prepare-statement.js';
import { shareRead } from '../database/share-read.js';
import type { ChunkStatus, SubmissionStatus } from '../database/schema.js';

/** A chunk as its correction needs it. */
export interface CorrectionTask {
  chunkId: string;
  submissionId: string;
  conversationId: string;
  status: ChunkStatus;
  /** The first-stage text; null where it must not be stored. */
  transcript: string | null;
  /** Of the recording, in seconds, as the first stage's answer has it. */
  audioDuration: unknown;
  transcriptId: string | null;
  /** Tokens of all answers so far, also of those that were of no use. */
  outputTokens: number;
  /** `failed`: there is no first-stage text, and the chunk is to be rescued. */
  submissionStatus: SubmissionStatus;
  /** Why the first stage failed, if it did. */
  firstStageError: string | null;
  firstStageErrorCode: string | null;
  audio_key: string | null;
  audio_url: string | null;
  audio_mime_type: string | null;
  language: string;
  transcriptPrompt: string | null;
  redactPii: boolean;
  anonymize: boolean;
}

const readTasks = prepareStatement<{ ids: readonly string[] }, CorrectionTask>((value, db) =>
  db
    .selectFrom('chunks as c')
    .innerJoin('submissions as s', (join) =>
      // By the chunk's own id, which has an index; the submission alone would have all chunks read.
      join.onRef('s.chunk_id', '=', 'c.id').onRef('s.id', '=', 'c.submission_id'),
    )
    .innerJoin('conversations as v', 'v.id', 'c.conversation_id')
    .leftJoin('projects as p', 'p.id', 'v.project_id')
    .select([
      'c.id as chunkId',
      's.id as submissionId',
      'c.conversation_id as conversationId',
      'c.status',
      'c.transcript',
      sql`c.diarization #> '{data,audio_duration}'`.as('audioDuration'),
      's.transcript_id as transcriptId',
      'c.output_tokens as outputTokens',
      's.status as submissionStatus',
      's.error as firstStageError',
      's.error_code as firstStageErrorCode',
      'c.audio_key',
      'c.audio_url',
      'c.audio_mime_type',
      sql<string>`coalesce(v.language, p.language, ${DEFAULT_LANGUAGE})`.as('language'),
      sql<string | null>`coalesce(v.transcript_prompt, p.transcript_prompt)`.as('transcriptPrompt'),
      sql<boolean>`coalesce(c.redact_pii, v.redact_pii) or v.anonymize`.as('redactPii'),
      'v.anonymize',
    ])
    .where(sql<boolean>`s.id = any(${value('ids')}::uuid[])`),
);

@Injectable()
export class CorrectionsRepository {
  private readonly reading = shareRead(
    (ids: readonly string[]) => readTasks(this.database, { ids }),
    ({ submissionId }) => submissionId,
  );

  constructor(private readonly database: Database) {}

  /** @returns undefined when the chunk takes the result of another submission by now */
  async task(submissionId: string): Promise<CorrectionTask | undefined> {
    return this.reading(submissionId);
  }
}
