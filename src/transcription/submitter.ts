import { errorMessage } from '../errors/error-message.js';
import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AudioMissingError, AudioUnavailableError } from '../audio/audio-error.js';
import type { SubmissionRef } from '../chunks/statements/open-submissions.js';
import { SubmissionOutcomes } from '../chunks/submission-outcomes.js';
import { AppConfig } from '../config/app-config.js';
import { ProviderRejectedError, ProviderUnavailableError } from '../providers/provider-error.js';
import type { JobData } from '../queues/job-catalogue.js';
import { DONE, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { JobQueues } from '../queues/job-queues.js';
import { audioUrlHash } from './audio-urls.js';
import { DeliveryStrategy } from './delivery/delivery-strategy.js';
import { ProviderThrottle } from './provider-throttle.js';
import { SubmitAdmission } from './submit-admission.js';
import { SubmitSender } from './submit-sender.js';
import type { SubmitTask } from './submit-tasks.repository.js';

/**
 * Time during which a submit without a proper answer may still be carried out, behind a broken
 * connection or a gateway that timed out. The transcript is searched for at once, but ordered again
 * only after this time.
 */
const LATE_WORK_MS = 3_000;

/**
 * Sends a chunk to AssemblyAI. The order is the guarantee: the submission is in the database and
 * its check in the queue before the request is sent. Whatever breaks after that, the check
 * determines the outcome; nothing is sent twice before the check has run.
 */
@Injectable()
export class Submitter {
  private readonly logger = new Logger(Submitter.name);

  constructor(
    private readonly config: AppConfig,
    private readonly admission: SubmitAdmission,
    private readonly sender: SubmitSender,
    private readonly strategy: DeliveryStrategy,
    private readonly queues: JobQueues,
    private readonly outcomes: SubmissionOutcomes,
    private readonly throttle: ProviderThrottle,
  ) {}

  async submit(data: JobData['submit'], context: JobContext): Promise<JobOutcome> {
    const admitted = await this.admission.admit(data, context);
    if ('outcome' in admitted) return admitted.outcome;
    const { task } = admitted;

    const waitMs = await this.throttle.waitMs();
    if (waitMs > 0) return { kind: 'sleep', delayMs: waitMs };

    let audioUrl: string;
    try {
      audioUrl = await this.sender.urlFor(task, context.signal);
    } catch (error) {
      return this.afterAudioUrl(task, error);
    }
    const ref = { submissionId: uuidv7(), chunkId: task.chunkId };
    const submission = {
      id: ref.submissionId,
      provider: 'assemblyai',
      strategy: this.strategy.name,
      audioUrlHash: audioUrlHash(audioUrl),
      leaseMs: this.sender.leaseMs,
    } as const;
    const opened = await this.admission.open(task, submission, context);
    if (!opened) return DONE;
    const delayMs = await this.firstPauseMs();
    try {
      await this.queues.add('check', { submissionId: ref.submissionId }, { delayMs });
    } catch (error) {
      return this.beforeSubmit(ref, error);
    }
    return this.send(task, ref, audioUrl);
  }

  /** Pause before the first check, at most until the submission times out. */
  private async firstPauseMs(): Promise<number> {
    const wantedMs = this.strategy.firstPauseMs();
    const pauseMs = this.strategy.name === 'polling' ? await this.throttle.checkPauseMs(wantedMs) : wantedMs;
    return Math.min(pauseMs, this.config.transcription.timeoutMs);
  }

  /**
   * Sends the request. Its answer is awaited even if the job is aborted: it is worth a transcript.
   */
  private async send(task: SubmitTask, ref: SubmissionRef, audioUrl: string): Promise<JobOutcome> {
    let transcriptId: string | undefined;
    try {
      transcriptId = await this.sender.send(task, ref, audioUrl);
    } catch (error) {
      return this.afterSubmit(task, ref, error);
    }
    if (transcriptId === undefined) {
      // The check may be waiting for the callback of a request that was never sent.
      await this.queues.wake('check', { submissionId: ref.submissionId });
      return DONE;
    }
    await this.outcomes.accept({ ...ref, conversationId: task.conversationId }, transcriptId);
    return DONE;
  }

  /** Handles an error before the submit. @throws errors not caused by the provider or the store */
  private async afterAudioUrl(task: SubmitTask, error: unknown): Promise<JobOutcome> {
    if (error instanceof AudioMissingError || error instanceof ProviderRejectedError) {
      await this.outcomes.failUnsubmitted(task, { error: error.message, errorCode: error.code });
      return { kind: 'done', note: error.message };
    }
    if (!(error instanceof ProviderUnavailableError || error instanceof AudioUnavailableError)) throw error;
    this.logger.warn(`chunk ${task.chunkId} could not be submitted, trying again: ${error.message}`);
    await this.throttle.noteError(error);
    const retryAfterMs = error instanceof ProviderUnavailableError ? error.retryAfterMs : undefined;
    await this.outcomes.requeueUnsubmitted(task, retryAfterMs);
    return { kind: 'done', note: error.message };
  }

  /** Handles a check that could not be queued: nothing was sent, so no lease has to expire. */
  private async beforeSubmit(ref: SubmissionRef, error: unknown): Promise<JobOutcome> {
    const reason = `its check could not be queued: ${errorMessage(error)}`;
    this.logger.warn(`submission ${ref.submissionId} of chunk ${ref.chunkId} was not sent, ${reason}`);
    await this.outcomes.requeue(ref, { from: 'created', reason });
    return { kind: 'done', note: reason };
  }

  /** Handles an error after the request was sent. @throws errors that the provider did not cause */
  private async afterSubmit(task: SubmitTask, ref: SubmissionRef, error: unknown): Promise<JobOutcome> {
    if (error instanceof ProviderRejectedError) {
      const { message, code } = error;
      const { conversationId } = task;
      await this.outcomes.fail({ ...ref, conversationId }, { error: message, errorCode: code });
      return { kind: 'done', note: message };
    }
    if (!(error instanceof ProviderUnavailableError)) throw error;
    this.logger.warn(
      `submission ${ref.submissionId} of chunk ${ref.chunkId} got no answer: ${error.message}`,
    );
    if (error.ambiguous) {
      // The request may have been carried out: the check runs before anything is sent again.
      await this.sender.shortenLease(ref, LATE_WORK_MS, error.message);
      await this.queues.wake('check', { submissionId: ref.submissionId });
      return { kind: 'done', note: error.message };
    }
    await this.throttle.noteError(error);
    const { message: reason, retryAfterMs } = error;
    await this.outcomes.requeue(ref, { from: 'created', reason, retryAfterMs });
    return { kind: 'done', note: reason };
  }
}
