import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AppConfig } from '../config/app-config.js';
import { Coordination } from '../coordination/coordination.js';
import { Settlement } from '../coordination/settlement.js';
import { Metrics } from '../observability/metrics.js';
import { backoffMs } from '../providers/backoff.js';
import { bestEffort } from '../queues/best-effort.js';
import { JobQueues } from '../queues/job-queues.js';
import {
  ChunkTransitions,
  type ChunkAttempt,
  type ChunkFailure,
  type RequeuedChunk,
} from './chunk-transitions.js';
import type { CheckTask } from './checks.repository.js';
import type { ChunkStatus } from './states.js';
import type { SubmissionRef } from './statements/open-submissions.js';
import { SubmissionsRepository } from './submissions.repository.js';
import type { FinalText, FirstStageText, DetectedLanguage } from './texts.js';

/**
 * Maximum number of new submissions for a chunk after AssemblyAI accepted one and could not finish
 * it. AssemblyAI retries on its side as well. The pauses, from RETRY_BASE_MS upwards, outlast an
 * outage of two or three minutes; after a longer one, the chunk has to be restarted by request.
 */
export const MAX_RESUBMISSIONS = 8;

/**
 * Failures that a model cannot mend: a recording without speech or a missing recording leaves
 * nothing to transcribe, and a text withheld for privacy has not failed.
 */
const NOT_RESCUABLE: ReadonlySet<string> = new Set(['no_speech', 'audio_missing', 'withheld']);

interface Owner extends SubmissionRef {
  conversationId: string;
  /** The provider's id, if known. */
  transcriptId?: string | null;
}

export type EndedSubmission = Owner & { chunkStatus: ChunkStatus; isCurrent: boolean };

/** A result to be stored: a text to be corrected, a final text, or a text withheld for privacy. */
export type StoredText =
  | ({ kind: 'first_stage' } & FirstStageText)
  | ({ kind: 'text' } & FinalText)
  | ({ kind: 'withheld' } & ChunkFailure);

interface Abandonment {
  /** The status in which the verdict was reached. */
  from: 'created' | 'submitted';
  reason: string;
  /** The provider may have carried out the request, and charged for it. */
  lost?: boolean;
  /** Requested by the provider. */
  retryAfterMs?: number;
  /**
   * Failures so far, for the pause: the chunk's own count restarts with each accepted submission.
   */
  failures?: number;
}

/**
 * Ends submissions of every provider, after every kind of result, and starts what follows. Each
 * method returns whether this call ended the submission; if not, the current state decides (rule
 * K3). What follows may be started any number of times.
 */
@Injectable()
export class SubmissionOutcomes {
  private readonly logger = new Logger('FirstStage');

  constructor(
    private readonly config: AppConfig,
    private readonly transitions: ChunkTransitions,
    private readonly submissions: SubmissionsRepository,
    private readonly settlement: Settlement,
    private readonly queues: JobQueues,
    private readonly coordination: Coordination,
    private readonly metrics: Metrics,
  ) {}

  /** Records the provider's id from its answer, so that callbacks can be matched by it. */
  async accept({ submissionId, chunkId, conversationId }: Owner, transcriptId: string): Promise<void> {
    const ref = { submissionId, chunkId };
    // The check was faster, or the transcript is no longer needed: there is nothing to match.
    if (!(await this.submissions.accept(ref, transcriptId))) return;
    await bestEffort(this.logger, `callback metadata of submission ${submissionId}`, () =>
      this.coordination.putCallbackMetadata(transcriptId, { ...ref, conversationId }),
    );
  }

  /** Records the provider's id that a search found. */
  async adopt(ref: SubmissionRef, transcriptId: string): Promise<boolean> {
    return this.submissions.accept(ref, transcriptId);
  }

  async record(task: CheckTask, text: StoredText, detected?: DetectedLanguage): Promise<boolean> {
    if (!(await this.store(task, text, detected))) return false;
    this.metrics.submitToTextSeconds.observe({ strategy: task.strategy }, task.ageMs / 1_000);
    await this.forgetCallback(task);
    if (text.kind === 'first_stage') await this.correct(task, text);
    else await this.followUp({ ...task, chunkStatus: 'completed' });
    return true;
  }

  /** Fails the submission; the chunk fails with it, or is left to the model. */
  async fail(owner: Owner, failure: ChunkFailure): Promise<boolean> {
    const { chunkId, submissionId } = owner;
    const rescue = this.canRescue(failure);
    if (!(await this.submissions.fail(owner, failure, { rescue }))) return false;
    this.logger.warn(`submission ${submissionId} of chunk ${chunkId} failed: ${failure.error}`);
    if (rescue) await this.queues.add('correct', { chunkId, submissionId });
    else await this.settled(owner);
    await this.forgetCallback(owner);
    return true;
  }

  /** Fails a chunk that has no submission, or leaves it to the model. */
  async failUnsubmitted(
    task: ChunkAttempt & { conversationId: string },
    failure: ChunkFailure,
  ): Promise<void> {
    if (this.canRescue(failure)) return this.rescueUnsubmitted(task, failure);
    if (!(await this.transitions.failUnsubmitted({ ...task, ...failure }))) return;
    this.logger.warn(`chunk ${task.chunkId} failed: ${failure.error}`);
    await this.settled(task);
  }

  /**
   * Gives up a submission that was accepted and brought no result, and queues the chunk's next
   * attempt after a growing pause. Fails the chunk after the last attempt.
   */
  async resubmit(task: CheckTask, { error, errorCode }: ChunkFailure): Promise<boolean> {
    const failures = (await this.submissions.countAbandoned(task.chunkId)) + 1;
    if (failures <= MAX_RESUBMISSIONS) {
      const from = task.transcriptId === null ? 'created' : 'submitted';
      return this.giveUp(task, { from, reason: error, failures });
    }
    return this.fail(task, {
      error: `AssemblyAI brought no transcript in ${failures} submissions; try the chunk again later. The last one: ${error}`,
      errorCode,
    });
  }

  /** Gives up the submission, queues the chunk's next attempt, and logs it. */
  async giveUp(owner: Owner, abandonment: Abandonment): Promise<boolean> {
    if (!(await this.requeue(owner, abandonment))) return false;
    const { submissionId, chunkId } = owner;
    this.logger.warn(`submission ${submissionId} of chunk ${chunkId} was given up: ${abandonment.reason}`);
    return true;
  }

  async requeue(
    owner: SubmissionRef & Partial<Owner>,
    { retryAfterMs, failures = 0, ...ending }: Abandonment,
  ): Promise<boolean> {
    const requeued = await this.submissions.abandon(owner, ending);
    if (requeued === undefined) return false;
    await this.forgetCallback(owner);
    const failedSubmits = Math.max(requeued.failedSubmits, failures);
    await this.queueAgain(owner.chunkId, { ...requeued, failedSubmits }, retryAfterMs);
    return true;
  }

  /** Queues the next attempt of a chunk that has no submission. */
  async requeueUnsubmitted(task: ChunkAttempt, retryAfterMs?: number): Promise<void> {
    const requeued = await this.transitions.requeueUnsubmitted(task);
    if (requeued !== undefined) await this.queueAgain(task.chunkId, requeued, retryAfterMs);
  }

  /** Starts what an ended submission leads to; an earlier run may have died before it did so. */
  async followUp({ chunkId, submissionId, conversationId, ...ended }: EndedSubmission): Promise<void> {
    if (!ended.isCurrent) return;
    if (ended.chunkStatus === 'correcting') {
      const jobs = await this.submissions.correctionJobs({ chunkId, submissionId });
      await this.queues.addMany(
        'correct',
        jobs.map((data) => ({ data })),
      );
    } else if (ended.chunkStatus === 'completed' || ended.chunkStatus === 'failed') {
      await this.settlement.settled(conversationId, chunkId);
    }
  }

  /** Queues the corrections of a text that was just stored. */
  private async correct(task: CheckTask, { windows = [] }: FirstStageText): Promise<void> {
    if (!task.isCurrent) return;
    const { chunkId, submissionId } = task;
    if (windows.length === 0) return this.queues.add('correct', { chunkId, submissionId });
    await this.queues.addMany(
      'correct',
      windows.map((_window, window) => ({ data: { chunkId, submissionId, window, round: 1 } })),
    );
  }

  private async store(ref: SubmissionRef, text: StoredText, detected?: DetectedLanguage): Promise<boolean> {
    if (text.kind === 'first_stage') return this.submissions.recordText(ref, text, detected);
    const isWithheld = text.kind === 'withheld';
    const stored = isWithheld
      ? await this.submissions.fail(ref, text, { rescue: false })
      : await this.submissions.recordFinalText(ref, text, detected);
    if (stored) this.metrics.chunksSettled.inc({ status: isWithheld ? 'failed' : 'completed' });
    return stored;
  }

  private async rescueUnsubmitted(
    task: ChunkAttempt & { conversationId: string },
    failure: ChunkFailure,
  ): Promise<void> {
    const submissionId = uuidv7();
    const recorded = await this.submissions.openFailed(
      {
        ...task,
        id: submissionId,
        provider: this.config.transcription.provider === 'LiteLLM' ? 'litellm' : 'assemblyai',
        strategy: null,
        audioUrlHash: null,
        leaseMs: 0,
      },
      failure,
    );
    if (!recorded) return;
    this.logger.warn(`chunk ${task.chunkId} is left to the model: ${failure.error}`);
    await this.queues.add('correct', { chunkId: task.chunkId, submissionId });
  }

  private canRescue({ errorCode }: ChunkFailure): boolean {
    return this.config.transcription.rescueFailed && !NOT_RESCUABLE.has(errorCode);
  }

  private async settled(chunk: { conversationId: string; chunkId: string }): Promise<void> {
    this.metrics.chunksSettled.inc({ status: 'failed' });
    await this.settlement.settled(chunk.conversationId, chunk.chunkId);
  }

  private async queueAgain(chunkId: string, requeued: RequeuedChunk, retryAfterMs?: number): Promise<void> {
    const delayMs = backoffMs({
      baseMs: this.config.retryBaseMs,
      failures: requeued.failedSubmits,
      retryAfterMs,
    });
    await bestEffort(this.logger, `submitting chunk ${chunkId} again`, () =>
      this.queues.add('submit', { chunkId, attempt: requeued.attempt }, { delayMs }),
    );
  }

  private async forgetCallback({ submissionId, transcriptId }: Partial<Owner>): Promise<void> {
    if (transcriptId === undefined || transcriptId === null) return;
    await bestEffort(this.logger, `removing the callback metadata of submission ${submissionId ?? ''}`, () =>
      this.coordination.deleteCallbackMetadata(transcriptId),
    );
  }
}
