import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AppConfig } from '../config/app-config.js';
import { Coordination } from '../coordination/coordination.js';
import { bestEffort } from '../queues/best-effort.js';
import type { JobData } from '../queues/job-catalogue.js';
import { DONE, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { JobQueues } from '../queues/job-queues.js';
import { AssemblyAiClient, SUBMIT_TIMEOUT_MS } from './assemblyai/assemblyai.client.js';
import { parseHotwords } from './assemblyai/hotwords.js';
import { buildSubmitRequest } from './assemblyai/submit-request.js';
import { AudioHandover, audioUrlHash } from './audio-handover.js';
import { DeliveryStrategy } from './delivery-strategy.js';
import { expectLanguages } from './language-memory.js';
import { ProviderPace } from './provider-pace.js';
import { SubmitAdmission } from './submit-admission.js';
import { SubmitFailures } from './submit-failures.js';
import type { SubmissionRef } from './submission-statements.js';
import { SubmissionsRepository } from './submissions.repository.js';
import type { SubmitTask } from './submit-tasks.repository.js';

/**
 * While it holds, only the submitter may conclude anything (rule K4): longer than the request can take, and than a process
 * that was stopped for a moment takes to come back and store the answer.
 */
const SUBMIT_LEASE_MS = SUBMIT_TIMEOUT_MS + 15_000;

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
    private readonly client: AssemblyAiClient,
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
    const callback = this.strategy.callbackRequest(ref.submissionId);
    const { speechModels, expectedLanguages } = this.config.transcription;
    const { language, isLanguageSet: isSet, heardLanguages: heard, speakerLabels } = task;
    const { fallback, expected } = expectLanguages({ language, isSet, heard, configured: expectedLanguages });
    const request = buildSubmitRequest({
      audioUrl,
      language: fallback,
      expectedLanguages: expected,
      speechModels,
      speakerLabels,
      hotwords: this.hotwordsOf(task),
      webhook: callback,
    });
    let transcriptId: string;
    try {
      transcriptId = (await this.client.submit(request)).id;
    } catch (error) {
      return this.failures.afterSubmit(task, ref, error);
    }
    // The check was faster, or nobody waits for the transcript any more: no callback need be matched to it.
    if (!(await this.submissions.accept(ref, transcriptId))) return DONE;
    await bestEffort(this.logger, `callback metadata of submission ${ref.submissionId}`, () =>
      this.coordination.putCallbackMetadata(transcriptId, { ...ref, conversationId: task.conversationId }),
    );
    return DONE;
  }

  private hotwordsOf(task: SubmitTask): string[] {
    const { phrases, dropped } = parseHotwords(task.transcriptPrompt);
    if (dropped.length > 0) {
      const reasons = [...new Set(dropped.map(({ reason }) => reason))].join(', ');
      this.logger.warn(
        `${dropped.length} hotwords of conversation ${task.conversationId} were left out: ${reasons}`,
      );
    }
    return phrases;
  }
}
