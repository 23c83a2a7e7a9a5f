import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import { runStatement } from '../database/run-statement.js';
import { shareRead } from '../database/share-statement.js';
import type { StrategyName } from '../database/schema.js';
import { RECORDING_SIZE, type RecordingSize } from './windows/window-length.js';
import { OPEN_SUBMISSION_STATUSES, type ChunkStatus, type SubmissionStatus } from './states.js';

/** A submission as its check reads it. Ages and leases are by the clock of the database. */
export interface CheckTask {
  submissionId: string;
  chunkId: string;
  conversationId: string;
  status: SubmissionStatus;
  strategy: StrategyName;
  transcriptId: string | null;
  callbackTranscriptId: string | null;
  callbacks: number;
  audioUrlHash: string;
  failedChecks: number;
  error: string | null;
  createdAt: Date;
  ageMs: number;
  /** Rest of the submitter's lease; 0 or less when the lease is over. */
  leaseMs: number;
  chunkStatus: ChunkStatus;
  /** Whether the chunk still waits for this submission, and not for a newer one. */
  isCurrent: boolean;
  redactPii: boolean;
  anonymize: boolean;
  recording: RecordingSize;
}

/** Reads submissions to AssemblyAI only: their strategies and hashes are never null. */
const READ_CHECK_TASKS = `select s.id as "submissionId", s.chunk_id as "chunkId", s.conversation_id as "conversationId", s.status,
    coalesce(s.strategy, 'polling') as strategy, s.transcript_id as "transcriptId",
    s.callback_transcript_id as "callbackTranscriptId", s.callbacks, coalesce(s.audio_url_hash, '') as "audioUrlHash",
    s.failed_checks as "failedChecks", s.error, s.created_at as "createdAt",
    (extract(epoch from now() - s.created_at) * 1000)::double precision as "ageMs",
    (extract(epoch from s.lease_until - now()) * 1000)::double precision as "leaseMs",
    c.status as "chunkStatus", c.submission_id is not distinct from s.id as "isCurrent",
    coalesce(c.redact_pii, v.redact_pii) as "redactPii", v.anonymize,
    ${RECORDING_SIZE} as recording
  from submissions as s
    inner join chunks as c on c.id = s.chunk_id
    inner join conversations as v on v.id = s.conversation_id
  where s.id = any($1::uuid[]) and s.provider = 'assemblyai'`;

/** Reads submissions for their checks, and records the outcomes of checks. */
@Injectable()
export class ChecksRepository {
  private readonly reading = shareRead(
    (ids: readonly string[]) => runStatement<CheckTask>(this.database, READ_CHECK_TASKS, [ids]),
    ({ submissionId }) => submissionId,
  );

  constructor(private readonly database: Database) {}

  async read(submissionId: string): Promise<CheckTask | undefined> {
    return this.reading(submissionId);
  }

  /** Counts the callbacks so far; a check reads it again after falling asleep (rule K2). */
  async callbacks(submissionId: string): Promise<number> {
    const row = await this.database
      .selectFrom('submissions')
      .select('callbacks')
      .where('id', '=', submissionId)
      .where('status', 'in', [...OPEN_SUBMISSION_STATUSES])
      .executeTakeFirst();
    return row?.callbacks ?? 0;
  }

  /** @returns number of consecutive checks without a usable answer, including this one */
  async noteFailedCheck(submissionId: string, reason: string): Promise<number> {
    const row = await this.database
      .updateTable('submissions')
      .set({ failed_checks: sql<number>`failed_checks + 1`, error: reason })
      .where('id', '=', submissionId)
      .where('status', 'in', [...OPEN_SUBMISSION_STATUSES])
      .returning('failed_checks')
      .executeTakeFirst();
    return row?.failed_checks ?? 1;
  }

  async noteGoodCheck(submissionId: string): Promise<void> {
    await this.database
      .updateTable('submissions')
      .set({ failed_checks: 0, error: null })
      .where('id', '=', submissionId)
      .where('failed_checks', '>', 0)
      .execute();
  }

  /** Discards a transcript id that a callback claimed for the wrong submission. */
  async dropCallbackTranscript(submissionId: string, transcriptId: string): Promise<void> {
    await this.database
      .updateTable('submissions')
      .set({ callback_transcript_id: null })
      .where('id', '=', submissionId)
      .where('callback_transcript_id', '=', transcriptId)
      .execute();
  }

  /** Counts the open submissions that are checked. */
  async countOpen(): Promise<number> {
    const { count } = await this.database
      .selectFrom('submissions')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('status', 'in', [...OPEN_SUBMISSION_STATUSES])
      .where('provider', '=', 'assemblyai')
      .executeTakeFirstOrThrow();
    return count;
  }

  async isKnownTranscript(transcriptId: string): Promise<boolean> {
    const row = await this.database
      .selectFrom('submissions')
      .select('id')
      .where('transcript_id', '=', transcriptId)
      .executeTakeFirst();
    return row !== undefined;
  }
}
