import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AppConfig } from '../config/app-config.js';
import { Coordination } from '../coordination/coordination.js';
import { bestEffort } from '../queues/best-effort.js';
import type { JobData } from '../queues/job-catalogue.js';
import { DONE, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { JobQueues } from '../queues/job-queues.js';
import { AudioHandover, audioUrlHash } from './audio-handover.js';
import { DeliveryStrategy } from './delivery-strategy.js';
import { ProviderPace } from './provider-pace.js';
import { SubmitAdmission } from './submit-admission.js';
import { SubmitFailures } from './submit-failures.js';
import { SUBMIT_LEASE_MS, SubmitSender } from './submit-sender.js';
import type { SubmissionRef } from '../chunks/statements/open-submissions.js';
import { SubmissionsRepository } from '../chunks/submissions.repository.js';
import type { SubmitTask } from './submit-tasks.repository.js';

/**
 * Sends a chunk to AssemblyAI. The order is the guarantee: first the submission is in the record and its check in the
 * queue, then the request leaves. Whatever breaks after that, the check finds out what came of it; nothing is sent twice
 * before it has looked.
 */
@Injectable()
export class Submitter {
  private readonly logger = new Logger(Submitter.name);

  constructor(
    private readonly config: AppConfig,
    private readonly admission: SubmitAdmission,
    private readonly submissions: SubmissionsRepository,
    private readonly handover: AudioHandover,
    private readonly sender: SubmitSender,
    private readonly strategy: DeliveryStrategy,
    private readonly queues: JobQueues,
    private readonly coordination: Coordination,
    private readonly failures: SubmitFailures,
    private readonly pace: ProviderPace,
  ) {}

  async submit(data: JobData['submit'], context: JobContext): Promise<JobOutcome> {
    const admitted = await this.admission.admit(data, context);
    if ('outcome' in admitted) return admitted.outcome;
    const { task } = admitted;
    const { chunkId, attempt } = data;
    const { signal, subject } = context;

    const waitMs = await this.pace.waitMs();
    if (waitMs > 0) return { kind: 'sleep', delayMs: waitMs };

    let audioUrl: string;
    try {
      audioUrl = await this.handover.urlFor(task.audio, signal);
    } catch (error) {
      return this.failures.afterHandover(task, error);
    }
    const ref = { submissionId: uuidv7(), chunkId };
    subject.submissionId = ref.submissionId;
    const opened = await this.submissions.open({
      id: ref.submissionId,
      chunkId,
      conversationId: task.conversationId,
      attempt,
      provider: 'assemblyai',
      strategy: this.strategy.name,
      audioUrlHash: audioUrlHash(audioUrl),
      leaseMs: SUBMIT_LEASE_MS,
    });
    if (opened !== 'opened') return DONE;
    const delayMs = await this.firstPauseMs();
    try {
      await this.queues.add('check', { submissionId: ref.submissionId }, { delayMs });
    } catch (error) {
      return this.failures.beforeSubmit(ref, error);
    }
    return this.send(task, ref, audioUrl);
  }

  /** Not beyond the submission's own time: it is looked at when that is over, whether a callback was due by then or not. */
  private async firstPauseMs(): Promise<number> {
    const wantedMs = this.strategy.firstPauseMs();
    const pauseMs = this.strategy.name === 'polling' ? await this.pace.lookPauseMs(wantedMs) : wantedMs;
    return Math.min(pauseMs, this.config.transcription.timeoutMs);
  }

  /** Not stopped when the job is: a request that has left is waited for, its answer is worth a transcript. */
  private async send(task: SubmitTask, ref: SubmissionRef, audioUrl: string): Promise<JobOutcome> {
    let transcriptId: string | undefined;
    try {
      transcriptId = await this.sender.send(task, ref, audioUrl);
    } catch (error) {
      return this.failures.afterSubmit(task, ref, error);
    }
    if (transcriptId === undefined) {
      // Asleep, perhaps, for the callback of a request that did not leave.
      await this.queues.wake('check', { submissionId: ref.submissionId });
      return DONE;
    }
    return this.accept(task, ref, transcriptId);
  }

  private async accept(task: SubmitTask, ref: SubmissionRef, transcriptId: string): Promise<JobOutcome> {
    // The check was faster, or nobody waits for the transcript any more: no callback need be matched to it.
    if (!(await this.submissions.accept(ref, transcriptId))) return DONE;
    await bestEffort(this.logger, `callback metadata of submission ${ref.submissionId}`, () =>
      this.coordination.putCallbackMetadata(transcriptId, { ...ref, conversationId: task.conversationId }),
    );
    return DONE;
  }
}
