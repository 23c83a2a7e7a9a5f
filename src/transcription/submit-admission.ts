import { Injectable } from '@nestjs/common';
import type { NewSubmission } from '../chunks/statements/open-submissions.js';
import { SubmissionOutcomes } from '../chunks/submission-outcomes.js';
import { SubmissionsRepository } from '../chunks/submissions.repository.js';
import { AppConfig } from '../config/app-config.js';
import { Settlement } from '../coordination/settlement.js';
import type { JobData } from '../queues/job-catalogue.js';
import { DONE, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { JobQueues } from '../queues/job-queues.js';
import { SubmitTasksRepository, type SubmitTask } from './submit-tasks.repository.js';

const NOT_TAKEN_IN_TIME = {
  error: 'The provider did not take the audio in time; try again when it is available.',
  errorCode: 'timeout',
};

/** Decides whether a chunk should be sent to its provider, and creates its submission. */
@Injectable()
export class SubmitAdmission {
  constructor(
    private readonly config: AppConfig,
    private readonly tasks: SubmitTasksRepository,
    private readonly submissions: SubmissionsRepository,
    private readonly settlement: Settlement,
    private readonly queues: JobQueues,
    private readonly outcomes: SubmissionOutcomes,
  ) {}

  /** @returns the chunk, or the outcome of a job that has nothing to submit */
  async admit(
    { chunkId, attempt }: JobData['submit'],
    { subject }: JobContext,
  ): Promise<{ task: SubmitTask } | { outcome: JobOutcome }> {
    const task = await this.tasks.read(chunkId);
    if (task === undefined) return { outcome: DONE };
    subject.conversationId = task.conversationId;
    if (task.status === 'failed') await this.settlement.settled(task.conversationId, chunkId);
    if (task.status !== 'queued' || task.attempt !== attempt) return { outcome: DONE };
    if (await this.hasOpenSubmission(task)) return { outcome: DONE };
    if (task.queuedForMs > this.config.transcription.timeoutMs) {
      await this.outcomes.failUnsubmitted(task, NOT_TAKEN_IN_TIME);
      return { outcome: { kind: 'done', note: NOT_TAKEN_IN_TIME.error } };
    }
    return { task };
  }

  /** @returns whether the chunk now has this submission; if not, another job was faster */
  async open(
    { chunkId, conversationId, attempt }: SubmitTask,
    submission: Pick<NewSubmission, 'id' | 'provider' | 'strategy' | 'audioUrlHash' | 'leaseMs'>,
    { subject }: JobContext,
  ): Promise<boolean> {
    subject.submissionId = submission.id;
    const opened = await this.submissions.open({ chunkId, conversationId, attempt, ...submission });
    return opened === 'opened';
  }

  /**
   * Detects a submission that an earlier, crashed run made: the submission's own job determines its
   * outcome. A check is woken, as it may be waiting for the callback of a request that was never
   * sent; while the lease lasts it goes back to sleep (rule K4).
   */
  private async hasOpenSubmission({ open }: SubmitTask): Promise<boolean> {
    if (open === null) return false;
    const data = { submissionId: open.id };
    if (open.provider === 'assemblyai') {
      await this.queues.wake('check', data);
    } else {
      await this.queues.add('transcribe', data);
    }
    return true;
  }
}
