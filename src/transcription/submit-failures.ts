import { Injectable, Logger } from '@nestjs/common';
import { AudioMissingError, AudioUnavailableError } from '../audio/audio-error.js';
import { ChunkTransitions, type ChunkFailure } from '../chunks/chunk-transitions.js';
import { Database } from '../database/database.js';
import { ProviderRejectedError, ProviderUnavailableError } from '../providers/provider-error.js';
import type { JobOutcome } from '../queues/job-processor.js';
import { JobQueues } from '../queues/job-queues.js';
import { FirstStageFailures } from './first-stage-failures.js';
import { ProviderPace } from './provider-pace.js';
import { Resubmission } from './resubmission.js';
import type { SubmissionRef } from '../chunks/statements/open-submissions.js';
import { SubmissionsRepository } from '../chunks/submissions.repository.js';
import type { SubmitTask } from './submit-tasks.repository.js';

/**
 * For how long a submit that was not answered properly may still be carried out: behind a connection that broke, or a gateway
 * that gave up, somebody may be at it. It is looked for at once, and ordered again only after this.
 */
const LATE_WORK_MS = 3_000;

/** What becomes of a chunk whose submit failed: tried again, looked into, or failed. */
@Injectable()
export class SubmitFailures {
  private readonly logger = new Logger('Submitter');

  constructor(
    private readonly database: Database,
    private readonly transitions: ChunkTransitions,
    private readonly submissions: SubmissionsRepository,
    private readonly queues: JobQueues,
    private readonly firstStage: FirstStageFailures,
    private readonly resubmission: Resubmission,
    private readonly pace: ProviderPace,
  ) {}

  /** Before anything was submitted. @throws what is neither the provider's nor the store's fault */
  async afterHandover(task: SubmitTask, error: unknown): Promise<JobOutcome> {
    if (error instanceof AudioMissingError || error instanceof ProviderRejectedError) {
      return this.giveUp(task, { error: error.message, errorCode: error.code });
    }
    if (!(error instanceof ProviderUnavailableError || error instanceof AudioUnavailableError)) throw error;
    this.logger.warn(`chunk ${task.chunkId} could not be handed over, trying again: ${error.message}`);
    await this.pace.heed(error);
    const requeued = await this.transitions.requeueUnsubmitted(this.database, task);
    const retryAfterMs = error instanceof ProviderUnavailableError ? error.retryAfterMs : undefined;
    if (requeued !== undefined) await this.resubmission.queue(task.chunkId, requeued, retryAfterMs);
    return { kind: 'done', note: error.message };
  }

  /** The check could not be queued, so nothing was sent: no lease need be waited for, as there is no answer to come. */
  async beforeSubmit(ref: SubmissionRef, error: unknown): Promise<JobOutcome> {
    const reason = `its check could not be queued: ${error instanceof Error ? error.message : String(error)}`;
    this.logger.warn(`submission ${ref.submissionId} of chunk ${ref.chunkId} was not sent, ${reason}`);
    const requeued = await this.submissions.abandon(ref, { from: 'created', reason });
    if (requeued !== undefined) await this.resubmission.queue(ref.chunkId, requeued);
    return { kind: 'done', note: reason };
  }

  /** After the request left. @throws what is not the provider's fault */
  async afterSubmit(task: SubmitTask, ref: SubmissionRef, error: unknown): Promise<JobOutcome> {
    if (error instanceof ProviderRejectedError) {
      const { conversationId } = task;
      await this.firstStage.ofSubmission(
        { ...ref, conversationId },
        { error: error.message, errorCode: error.code },
      );
      return { kind: 'done', note: error.message };
    }
    if (!(error instanceof ProviderUnavailableError)) throw error;
    this.logger.warn(
      `submission ${ref.submissionId} of chunk ${ref.chunkId} got no answer: ${error.message}`,
    );
    if (error.ambiguous) {
      // It may have been carried out: the check looks before anything is sent again.
      await this.submissions.shortenLease(ref.submissionId, LATE_WORK_MS, error.message);
      await this.queues.wake('check', { submissionId: ref.submissionId });
      return { kind: 'done', note: error.message };
    }
    await this.pace.heed(error);
    const requeued = await this.submissions.abandon(ref, { from: 'created', reason: error.message });
    if (requeued !== undefined) await this.resubmission.queue(ref.chunkId, requeued, error.retryAfterMs);
    return { kind: 'done', note: error.message };
  }

  /** Fails a chunk that has no submission. */
  async giveUp(task: SubmitTask, failure: ChunkFailure): Promise<JobOutcome> {
    await this.firstStage.unsubmitted(task, failure);
    return { kind: 'done', note: failure.error };
  }
}
