import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import pg from 'pg';
import {
  ChunkTransitions,
  type ChunkFailure,
  type Executor,
  type FirstStageText,
  type RequeuedChunk,
} from '../conversations/chunk-transitions.js';
import { addTokens, type ModelUse, type TokenUse } from '../conversations/model-use.js';
import { Database } from '../database/database.js';
import {
  OPEN_SUBMISSION_STATUSES,
  type Diarization,
  type RedactionPass,
  type StrategyName,
  type SubmissionProvider,
  type SubmissionStatus,
} from '../database/schema.js';
import { storableText } from '../database/storable.js';
import { EventOutbox } from '../events/event-outbox.js';
import type { HeardLanguage } from './language-memory.js';

export interface NewSubmission {
  id: string;
  chunkId: string;
  conversationId: string;
  attempt: number;
  provider: SubmissionProvider;
  /** Both null where the provider answers the request itself. */
  strategy: StrategyName | null;
  audioUrlHash: string | null;
  /** For how long nobody else may conclude that the submit came to nothing; 0 when nothing is sent yet. */
  leaseMs: number;
}

export interface SubmissionRef {
  submissionId: string;
  chunkId: string;
}

type Heard = Pick<HeardLanguage, 'language' | 'confidence'>;

const UNIQUE_VIOLATION = '23505';

/**
 * The life of a submission: one request to the provider, made at most once. Each transition is one transaction with the
 * chunk's own; it answers whether it happened, and who changed nothing reads again.
 *
 *   created    the row, and its check, are there; the request may be on its way until `lease_until`
 *   submitted  the provider's transcript id is known; or, where a request is answered with the text, it is under way until
 *              `lease_until`
 *   completed  its text is recorded          failed  it brought no text, and the chunk failed with it
 *   abandoned  it came to nothing that is known of; the chunk is queued again
 */
@Injectable()
export class SubmissionsRepository {
  constructor(
    private readonly database: Database,
    private readonly transitions: ChunkTransitions,
    private readonly outbox: EventOutbox,
  ) {}

  /**
   * Makes the submission the chunk's current one, before anything is sent.
   *
   * @returns `stale` when the chunk is no longer queued in this attempt, `busy` when it has an open submission already
   */
  async open(submission: NewSubmission): Promise<'opened' | 'stale' | 'busy'> {
    return this.database.transaction().execute(async (trx) => {
      // In a statement of its own: one that has waited for the lock does not see what its holder has inserted meanwhile.
      await trx
        .selectFrom('chunks')
        .select('id')
        .where('id', '=', submission.chunkId)
        .forNoKeyUpdate()
        .execute();
      const claimed = await trx
        .updateTable('chunks')
        .set({ submission_id: submission.id })
        .where('id', '=', submission.chunkId)
        .where('attempt', '=', submission.attempt)
        .where('status', '=', 'queued')
        .where(
          sql<boolean>`not exists (select from submissions where submissions.chunk_id = chunks.id
            and submissions.status in ('created', 'submitted'))`,
        )
        .returning('id')
        .executeTakeFirst();
      if (claimed === undefined) {
        return (await this.openOf(submission.chunkId, trx)) === undefined ? 'stale' : 'busy';
      }
      await trx
        .insertInto('submissions')
        .values({
          id: submission.id,
          chunk_id: submission.chunkId,
          conversation_id: submission.conversationId,
          provider: submission.provider,
          strategy: submission.strategy,
          audio_url_hash: submission.audioUrlHash,
          lease_until: sql<Date>`now() + ${submission.leaseMs} * interval '1 millisecond'`,
        })
        .execute();
      return 'opened';
    });
  }

  /** The open submission of a chunk, if it has one. */
  async openOf(
    chunkId: string,
    db: Executor = this.database,
  ): Promise<{ id: string; provider: SubmissionProvider } | undefined> {
    return db
      .selectFrom('submissions')
      .select(['id', 'provider'])
      .where('chunk_id', '=', chunkId)
      .where('status', 'in', [...OPEN_SUBMISSION_STATUSES])
      .executeTakeFirst();
  }

  /**
   * created -> submitted, and the chunk is transcribing: its one request leaves now, and is dead when the lease ends.
   *
   * @returns false when somebody else sends it, or has sent it
   */
  async claim(ref: SubmissionRef, leaseMs: number): Promise<boolean> {
    return this.database.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('submissions')
        .set({
          status: 'submitted',
          submitted_at: sql<Date>`now()`,
          lease_until: sql<Date>`now() + ${leaseMs} * interval '1 millisecond'`,
        })
        .where('id', '=', ref.submissionId)
        .where('status', '=', 'created')
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      await this.transitions.startRequest(trx, ref);
      return true;
    });
  }

  /** Counts what an answer cost that brought no text. */
  async addTokens({ chunkId }: SubmissionRef, use: TokenUse): Promise<void> {
    await addTokens(this.database, chunkId, use);
  }

  /** Requests for the chunk that brought no answer since it was queued or restarted, those of before that do not count. */
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

  /**
   * created -> submitted, and the chunk is transcribing: the provider's id is known, by its answer or by finding it.
   *
   * @returns false when the submission had moved on, or when the transcript belongs to another submission
   */
  async accept(ref: SubmissionRef, transcriptId: string): Promise<boolean> {
    try {
      return await this.database.transaction().execute(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('submissions')
          .set({
            status: 'submitted',
            transcript_id: transcriptId,
            submitted_at: sql<Date>`now()`,
            failed_looks: 0,
          })
          .where('id', '=', ref.submissionId)
          .where('status', '=', 'created')
          .executeTakeFirst();
        if (numUpdatedRows === 0n) {
          await noteLateTranscript(trx, ref.submissionId, transcriptId);
          return false;
        }
        await this.transitions.startTranscribing(trx, ref);
        return true;
      });
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION) return false;
      throw error;
    }
  }

  /** The submitter has given up waiting for an answer: the check may look at once, and conclude after what is left. */
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
   * @param options.from the status that the verdict was reached in; a callback may have brought the id since (rule K3)
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
      else await this.transitions.fail(trx, { ...ref, ...failure });
      return true;
    });
  }

  /**
   * Records a submission that failed before it was made, so that the chunk can be rescued like any other.
   *
   * @returns false when the chunk is no longer queued in this attempt, or has an open submission
   */
  async openFailed(submission: NewSubmission, failure: ChunkFailure): Promise<boolean> {
    if ((await this.open(submission)) !== 'opened') return false;
    return this.fail({ submissionId: submission.id, chunkId: submission.chunkId }, failure, { rescue: true });
  }

  /** submitted -> completed with the first-stage text; the chunk is correcting. */
  async recordText(ref: SubmissionRef, text: FirstStageText, heard?: Heard): Promise<boolean> {
    return this.database.transaction().execute(async (trx) => {
      const ended = await this.end(trx, ref, { from: ['submitted'], to: 'completed' });
      if (ended) await this.transitions.startCorrecting(trx, { ...ref, ...text });
      if (ended) await this.remember(trx, ref, heard);
      return ended;
    });
  }

  /** submitted -> completed with a text that needs no correction; the chunk is completed. */
  async recordFinalText(
    ref: SubmissionRef,
    text: { transcript: string; diarization: Diarization; modelUse?: ModelUse; redaction?: RedactionPass[] },
    heard?: Heard,
  ): Promise<boolean> {
    return this.database.transaction().execute(async (trx) => {
      const ended = await this.end(trx, ref, { from: ['submitted'], to: 'completed' });
      if (ended) await this.transitions.complete(trx, { ...ref, from: 'transcribing', ...text });
      if (ended) await this.remember(trx, ref, heard);
      return ended;
    });
  }

  /** The languages of a conversation, for the chunks that follow. */
  private async remember(trx: Executor, { submissionId }: SubmissionRef, heard?: Heard): Promise<void> {
    if (heard === undefined) return;
    await trx
      .insertInto('conversation_languages')
      .columns(['conversation_id', 'language', 'confidence'])
      .expression((eb) =>
        eb
          .selectFrom('submissions')
          .select((inner) => [
            'conversation_id',
            inner.val(heard.language).as('language'),
            sql<number>`${heard.confidence}::real`.as('confidence'),
          ])
          .where('id', '=', submissionId),
      )
      .onConflict((conflict) =>
        conflict.columns(['conversation_id', 'language']).doUpdateSet({
          confidence: sql<number>`greatest(conversation_languages.confidence, excluded.confidence)`,
          chunks: sql<number>`conversation_languages.chunks + 1`,
        }),
      )
      .execute();
  }

  private async end(
    trx: Executor,
    ref: SubmissionRef,
    change: {
      from: SubmissionStatus[];
      to: SubmissionStatus;
      error?: string;
      errorCode?: string;
      lost?: boolean;
    },
  ): Promise<boolean> {
    const { numUpdatedRows } = await trx
      .updateTable('submissions')
      .set({
        status: change.to,
        settled_at: sql<Date>`now()`,
        lost: change.lost ?? false,
        error_code: change.errorCode,
        ...(change.error === undefined ? {} : { error: storableText(change.error) }),
      })
      .where('id', '=', ref.submissionId)
      .where('status', 'in', change.from)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}

/**
 * The answer to a submit that was given up, or whose conversation was deleted meanwhile: nobody wants the transcript any more, but
 * it is there, and is to be deleted like any other.
 */
async function noteLateTranscript(trx: Executor, submissionId: string, transcriptId: string): Promise<void> {
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
