import { Injectable, Logger } from '@nestjs/common';
import {
  ChunkTransitions,
  type ChunkAttempt,
  type ChunkFailure,
} from '../conversations/chunk-transitions.js';
import { Settlement } from '../coordination/settlement.js';
import { Database } from '../database/database.js';
import { Metrics } from '../observability/metrics.js';
import { SubmissionsRepository, type SubmissionRef } from './submissions.repository.js';

/** The one place where a chunk ends without a first-stage text, whichever provider it was and wherever it went wrong. */
@Injectable()
export class FirstStageFailures {
  private readonly logger = new Logger('FirstStage');

  constructor(
    private readonly database: Database,
    private readonly transitions: ChunkTransitions,
    private readonly submissions: SubmissionsRepository,
    private readonly settlement: Settlement,
    private readonly metrics: Metrics,
  ) {}

  /** @returns whether it was this call that ended the submission; if not, what is true now decides (rule K3) */
  async ofSubmission(
    ref: SubmissionRef & { conversationId: string },
    failure: ChunkFailure,
  ): Promise<boolean> {
    if (!(await this.submissions.fail(ref, failure))) return false;
    this.logger.warn(`submission ${ref.submissionId} of chunk ${ref.chunkId} failed: ${failure.error}`);
    await this.settled(ref);
    return true;
  }

  /** Of a chunk that has no submission. */
  async unsubmitted(task: ChunkAttempt & { conversationId: string }, failure: ChunkFailure): Promise<void> {
    if (!(await this.transitions.failUnsubmitted(this.database, { ...task, ...failure }))) return;
    this.logger.warn(`chunk ${task.chunkId} failed: ${failure.error}`);
    await this.settled(task);
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
