import { Injectable } from '@nestjs/common';
import { DEFAULT_LANGUAGE } from '../config/languages.js';
import { Database } from '../database/database.js';
import { runStatement } from '../database/run-statement.js';
import { shareRead } from '../database/share-statement.js';
import type { ChunkStatus, SubmissionStatus } from '../chunks/states.js';

/** Data of a chunk for its correction. */
export interface CorrectionTask {
  chunkId: string;
  submissionId: string;
  conversationId: string;
  status: ChunkStatus;
  /** The first-stage text; null when it must not be stored. */
  transcript: string | null;
  /** Duration of the recording in seconds, from the first stage's answer. */
  audioDuration: unknown;
  transcriptId: string | null;
  /** Tokens of all answers so far, including unusable ones. */
  outputTokens: number;
  /** `failed`: there is no first-stage text, and the chunk is to be rescued. */
  submissionStatus: SubmissionStatus;
  /** Reason of a failed first stage. */
  firstStageError: string | null;
  firstStageErrorCode: string | null;
  audio_key: string | null;
  audio_url: string | null;
  audio_mime_type: string | null;
  /** Whether the facts about the recording are stored. */
  hasFacts: boolean;
  language: string;
  transcriptPrompt: string | null;
  redactPii: boolean;
  anonymize: boolean;
}

const READ_TASKS = `select c.id as "chunkId", s.id as "submissionId", c.conversation_id as "conversationId", c.status,
    case when c.edited_at is null then c.transcript
      -- The text that a person edited is not the recognizer's.
      else (select r.text from chunk_revisions as r where r.chunk_id = c.id and r.origin = 'first_stage'
        order by r.revision desc limit 1) end as transcript, c.diarization #> '{data,audio_duration}' as "audioDuration", s.transcript_id as "transcriptId",
    c.output_tokens as "outputTokens", s.status as "submissionStatus", s.error as "firstStageError",
    s.error_code as "firstStageErrorCode", c.audio_key, c.audio_url, c.audio_mime_type,
    c.audio_container is not null as "hasFacts",
    coalesce(v.language, p.language, '${DEFAULT_LANGUAGE}') as language,
    coalesce(v.transcript_prompt, p.transcript_prompt) as "transcriptPrompt",
    coalesce(c.redact_pii, v.redact_pii) or v.anonymize as "redactPii", v.anonymize
  from chunks as c
    -- By the chunk's own id, which has an index; the submission alone would have all chunks read.
    inner join submissions as s on s.chunk_id = c.id and s.id = c.submission_id
    inner join conversations as v on v.id = c.conversation_id
    left join projects as p on p.id = v.project_id
  where s.id = any($1::uuid[])`;

@Injectable()
export class CorrectionsRepository {
  private readonly reading = shareRead(
    (ids: readonly string[]) => runStatement<CorrectionTask>(this.database, READ_TASKS, [ids]),
    ({ submissionId }) => submissionId,
  );

  constructor(private readonly database: Database) {}

  /** @returns undefined when another submission has become the chunk's current one */
  async task(submissionId: string): Promise<CorrectionTask | undefined> {
    return this.reading(submissionId);
  }
}
