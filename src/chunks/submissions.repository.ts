import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import pg from 'pg';
import type { FinalText, FirstStageText } from './texts.js';
import {
  ChunkTransitions,
  type ChunkFailure,
  type Executor,
  type RequeuedChunk,
} from './chunk-transitions.js';
import type { TokenUse } from './texts.js';
import { Database } from '../database/database.js';
import { OPEN_SUBMISSION_STATUSES, type SubmissionStatus } from './states.js';
import { shareStatement } from '../database/share-statement.js';
import { storableText } from '../database/storable.js';
import type { JobData } from '../queues/job-catalogue.js';
import { EventOutbox } from '../events/event-outbox.js';
import { recordFinalText } from './statements/record-final-text.js';
import type { DetectedLanguage } from './texts.js';
import { recordTexts, type RecordedText } from './statements/record-texts.js';
import { acceptSubmissions, type AcceptedSubmission } from './statements/accept-submissions.js';
import { claimSubmission } from './statements/claim-submission.js';
import { correctionJobs } from './windows/windows.repository.js';
import { openSubmissions, type NewSubmission, type SubmissionRef } from './statements/open-submissions.js';

interface Ending {
  from: SubmissionStatus[];
  to: SubmissionStatus;
  error?: string;
  errorCode?: string;
  lost?: boolean;
}

const UNIQUE_VIOLATION = '23505';

/**
 * Transitions of submissions, each together with its chunk. Each returns whether it changed the row
 * (states.ts). Transitions that every chunk goes through change all waiting submissions at once.
 */
@Injectable()
export class SubmissionsRepository {
  private readonly opening = shareStatement({
    run: (submissions: readonly NewSubmission[]) => openSubmissions(this.database, submissions),
    rowOf: ({ chunkId }) => chunkId,
  });
  private readonly accepting = shareStatement({
    run: (accepted: readonly AcceptedSubmission[]) => acceptSubmissions(this.database, accepted),
    rowOf: ({ submissionId }) => submissionId,
  });
  private readonly recording = shareStatement({
    run: (texts: readonly RecordedText[]) => recordTexts(this.database, texts),
    rowOf: ({ submissionId }) => submissionId,
  });

  constructor(
    private readonly database: Database,
    private readonly transitions: ChunkTransitions,
    private readonly outbox: EventOutbox,
  ) {}

  /**
   * Makes the submission the chunk's current one, before anything is sent.
   *
   * @returns `stale` when the chunk is no longer queued in this attempt, `busy` when it already has
   * an open submission
   */
  async open(submission: NewSubmission): Promise<'opened' | 'stale' | 'busy'> {
    try {
      if (await this.opening(submission)) return 'opened';
    } catch (error) {
      // The unique index found a concurrent submission, which the statement could not see yet.
      if (isUniqueViolation(error)) return 'busy';
      throw error;
    }
    return (await this.hasOpen(submission.chunkId)) ? 'busy' : 'stale';
  }

  /** @returns the jobs of the pending corrections of the submission's text */
  async correctionJobs(ref: SubmissionRef): Promise<JobData['correct'][]> {
    return correctionJobs(this.database, ref);
  }

  private async hasOpen(chunkId: string): Promise<boolean> {
    const open = await this.database
      .selectFrom('submissions')
      .select('id')
      .where('chunk_id', '=', chunkId)
      .where('status', 'in', [...OPEN_SUBMISSION_STATUSES])
      .executeTakeFirst();
    return open !== undefined;
  }

  /**
   * created -> submitted, and the chunk is transcribing: its only request is sent now, and counts
   * as dead when the lease ends.
   *
   * @returns false when another process sends it, or has sent it
   */
  async claim({ submissionId }: SubmissionRef, leaseMs: number): Promise<boolean> {
    return claimSubmission(this.database, submissionId, leaseMs);
  }

  /** Counts the tokens of an answer without a text. */
  async addTokens({ chunkId }: SubmissionRef, use: TokenUse): Promise<void> {
    await this.transitions.addTokens(chunkId, use);
  }

  /** Counts the chunk's requests without an answer since it was queued or restarted. */
  async countLost(chunkId: string): Promise<number> {
    const { count } = await this.database
      .selectFrom('submissions as s')
      .innerJoin('chunks as c', 'c.id', 's.chunk_id')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('c.id', '=', chunkId)
      .where('s.lost', '=', true)
      .whereRef('s.created_at', '>=', 'c.queued_at')
      .executeTakeFirstOrThrow();
    return count;
  }

  /** Counts abandoned submissions, accepted by AssemblyAI, since the chunk's start or restart. */
  async countAbandoned(chunkId: string): Promise<number> {
    const { count } = await this.database
      .selectFrom('submissions as s')
      .innerJoin('chunks as c', 'c.id', 's.chunk_id')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('c.id', '=', chunkId)
      .where('s.status', '=', 'abandoned')
      .where('s.provider', '=', 'assemblyai')
      .where('s.submitted_at', 'is not', null)
      .whereRef('s.created_at', '>=', 'c.queued_at')
      .executeTakeFirstOrThrow();
    return count;
  }

  /**
   * created -> submitted, and the chunk is transcribing: the provider's id is known from its answer
   * or from a search.
   *
   * @returns false when the submission has moved on, or when the transcript belongs to another one
   */
  async accept(ref: SubmissionRef, transcriptId: string): Promise<boolean> {
    try {
      if (await this.accepting({ ...ref, transcriptId })) return true;
      await recordLateTranscript(this.database, ref.submissionId, transcriptId);
      return false;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /**
   * Restarts the lease of a `created` submission, because its request was refused and is sent once
   * more. An expired lease is not renewed: another process may already be acting on its end (rule
   * K4).
   *
   * @returns whether the lease holds, so that the request may be sent
   */
  async renewLease({ submissionId }: SubmissionRef, leaseMs: number): Promise<boolean> {
    const { numUpdatedRows } = await this.database
      .updateTable('submissions')
      .set({ lease_until: sql<Date>`now() + ${leaseMs} * interval '1 millisecond'` })
      .where('id', '=', submissionId)
      .where('status', '=', 'created')
      .where('lease_until', '>', sql<Date>`now()`)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /**
   * Shortens the lease, because the submitter no longer waits for an answer: the check may run at
   * once, and may draw its conclusion when the rest of the lease is over.
   */
  async shortenLease(submissionId: string, leftMs: number, reason: string): Promise<void> {
    await this.database
      .updateTable('submissions')
      .set({
        lease_until: sql<Date>`least(lease_until, now() + ${leftMs} * interval '1 millisecond')`,
        error: storableText(reason),
      })
      .where('id', '=', submissionId)
      .where('status', '=', 'created')
      .execute();
  }

  /**
   * created | submitted -> abandoned, and the chunk is queued as a new attempt.
   *
   * @param options.from the status in which the verdict was reached; a callback may have brought
   * the id since (rule K3)
   * @returns the new attempt, or undefined when the submission had moved on
   */
  async abandon(
    ref: SubmissionRef,
    options: { from: 'created' | 'submitted'; reason: string; lost?: boolean },
  ): Promise<RequeuedChunk | undefined> {
    return this.database.transaction().execute(async (trx) => {
      const ended = await this.end(trx, ref, {
        from: [options.from],
        to: 'abandoned',
        error: options.reason,
        lost: options.lost,
      });
      return ended ? this.transitions.requeue(trx, ref) : undefined;
    });
  }

  /** created | submitted -> failed; the chunk fails with it, or is to be rescued. */
  async fail(ref: SubmissionRef, failure: ChunkFailure, options: { rescue: boolean }): Promise<boolean> {
    return this.outbox.transaction(async (trx) => {
      const ended = await this.end(trx, ref, {
        from: [...OPEN_SUBMISSION_STATUSES],
        to: 'failed',
        error: failure.error,
        errorCode: failure.errorCode,
      });
      if (!ended) return false;
      if (options.rescue) await this.transitions.startRescue(trx, ref);
      else await this.transitions.fail({ ...ref, ...failure }, trx);
      return true;
    });
  }

  /**
   * Records a submission that failed before it was sent, so that the chunk can be rescued like any
   * other.
   *
   * @returns false when the chunk is no longer queued in this attempt, or has an open submission
   */
  async openFailed(submission: NewSubmission, failure: ChunkFailure): Promise<boolean> {
    if ((await this.open(submission)) !== 'opened') return false;
    return this.fail({ submissionId: submission.id, chunkId: submission.chunkId }, failure, { rescue: true });
  }

  /** submitted -> completed with the first-stage text; the chunk is correcting. */
  async recordText(ref: SubmissionRef, text: FirstStageText, detected?: DetectedLanguage): Promise<boolean> {
    return this.recording({ ...ref, ...text, detected });
  }

  /** submitted -> completed with a text that needs no correction; the chunk is completed. */
  async recordFinalText(
    { submissionId }: SubmissionRef,
    text: FinalText,
    detected?: DetectedLanguage,
  ): Promise<boolean> {
    return recordFinalText(this.database, { submissionId, ...text, detected });
  }

  private async end(trx: Executor, ref: SubmissionRef, change: Ending): Promise<boolean> {
    const { numUpdatedRows } = await this.ending(trx, ref, change).executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  private ending(db: Executor, ref: SubmissionRef, change: Ending) {
    return db
      .updateTable('submissions')
      .set({
        status: change.to,
        settled_at: sql<Date>`now()`,
        lost: change.lost ?? false,
        error_code: change.errorCode,
        ...(change.error === undefined ? {} : { error: storableText(change.error) }),
      })
      .where('id', '=', ref.submissionId)
      .where('status', 'in', change.from);
  }
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION;
}

/**
 * Records the transcript in a late answer, after the submission was given up or its conversation
 * deleted. The transcript is no longer needed, but it exists and is to be deleted like any other.
 */
async function recordLateTranscript(
  trx: Executor,
  submissionId: string,
  transcriptId: string,
): Promise<void> {
  await trx
    .updateTable('submissions')
    .set({ transcript_id: transcriptId })
    .where('id', '=', submissionId)
    .where('status', '=', 'abandoned')
    .where('transcript_id', 'is', null)
    .execute();
  await trx
    .updateTable('provider_deletions')
    .set({
      transcript_id: transcriptId,
      status: 'pending',
      evidence: null,
      deleted_at: null,
      next_attempt_at: sql<Date>`now()`,
    })
    .where('submission_id', '=', submissionId)
    .where('transcript_id', 'is', null)
    .execute();
}
