import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AppConfig } from '../config/app-config.js';
import { ChunkTransitions, type ChunkAttempt, type ChunkFailure } from '../chunks/chunk-transitions.js';
import { Settlement } from '../coordination/settlement.js';
import { Database } from '../database/database.js';
import { Metrics } from '../observability/metrics.js';
import { JobQueues } from '../queues/job-queues.js';
import type { SubmissionRef } from '../chunks/statements/open-submissions.js';
import { SubmissionsRepository } from '../chunks/submissions.repository.js';

/**
 * Where nothing was said there is nothing to rescue, nor where the recording itself is gone; and what is withheld for privacy
 * has not failed.
 */
const BEYOND_RESCUE: ReadonlySet<string> = new Set(['no_speech', 'audio_missing', 'withheld']);

/** The one place where a chunk is left without a first-stage text, whichever provider it was and wherever it went wrong. */
@Injectable()
export class FirstStageFailures {
  private readonly logger = new Logger('FirstStage');

  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly transitions: ChunkTransitions,
    private readonly submissions: SubmissionsRepository,
    private readonly settlement: Settlement,
    private readonly queues: JobQueues,
    private readonly metrics: Metrics,
  ) {}

  /** @returns whether it was this call that ended the submission; if not, what is true now decides (rule K3) */
  async ofSubmission(
    ref: SubmissionRef & { conversationId: string },
    failure: ChunkFailure,
  ): Promise<boolean> {
    const rescue = this.canRescue(failure);
    if (!(await this.submissions.fail(ref, failure, { rescue }))) return false;
    this.logger.warn(`submission ${ref.submissionId} of chunk ${ref.chunkId} failed: ${failure.error}`);
    if (rescue) await this.queues.add('correct', { chunkId: ref.chunkId, submissionId: ref.submissionId });
    else await this.settled(ref);
    return true;
  }

  /** Of a chunk that has no submission. */
  async unsubmitted(task: ChunkAttempt & { conversationId: string }, failure: ChunkFailure): Promise<void> {
    if (this.canRescue(failure)) return this.rescueUnsubmitted(task, failure);
    if (!(await this.transitions.failUnsubmitted(this.database, { ...task, ...failure }))) return;
    this.logger.warn(`chunk ${task.chunkId} failed: ${failure.error}`);
    await this.settled(task);
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
    return this.config.transcription.rescueFailed && !BEYOND_RESCUE.has(errorCode);
  }

  private async settled({
    conversationId,
    chunkId,
  }: {
    conversationId: string;
    chunkId: string;
  }): Promise<void> {
    this.metrics.chunksSettled.inc({ status: 'failed' });
    await this.settlement.settled(conversationId, chunkId);
  }
}
