import { Inject, Injectable, Logger } from '@nestjs/common';
import { AudioMissingError, AudioUnavailableError } from '../../audio/audio-error.js';
import { AppConfig } from '../../config/app-config.js';
import type { ChunkFailure } from '../../chunks/chunk-transitions.js';
import type { TokenUse } from '../../chunks/texts.js';
import { redactStoredText } from '../../chunks/redact-stored-text.js';
import { Metrics } from '../../observability/metrics.js';
import {
  ProviderError,
  ProviderRejectedError,
  ProviderUnavailableError,
} from '../../providers/provider-error.js';
import { DONE, type JobContext, type JobOutcome } from '../../queues/job-processor.js';
import { SubmissionOutcomes } from '../../chunks/submission-outcomes.js';
import { SubmissionsRepository } from '../../chunks/submissions.repository.js';
import { ended, LEASE_MARGIN_MS, retryOnRace, type Step } from '../retry-on-race.js';
import { LOAD_AUDIO_TIMEOUT_MS } from './request-audio.js';
import { RequestsRepository, type RequestTask } from './requests.repository.js';
import { TranscriptionProvider, type TranscriptionResult } from './transcription-provider.js';

/**
 * Maximum of requests that may have been carried out, and paid for, although no answer came. A
 * recording that makes every request time out, or every worker crash, is given up after so many. A
 * request that was certainly not carried out is repeated for as long as TRANSCRIPTION_TIMEOUT_MS.
 */
const MAX_LOST_REQUESTS = 5;

/**
 * A database connection that breaks at the wrong time must not cost a transcript that was paid for.
 */
const MAX_RECORD_TRIES = 3;

type TextResult = Extract<TranscriptionResult, { kind: 'text' }>;

/** A submission that has not ended. */
type OpenTask = RequestTask & { status: 'created' | 'submitted' };

/**
 * Makes the one request of a submission to a provider that answers with the transcript, and stores
 * the answer. It may run at any time and any number of times, for a submission in any state:
 *
 * - created: nothing was sent. The job that changes it to `submitted` sends the request, and holds
 *   a lease longer than the request takes.
 * - submitted: sent. While the lease lasts the sender may be alive: no other job decides anything,
 *   and nothing is sent again (rule K4). Afterwards the request is lost: the chunk is queued for
 *   another submission.
 * - ended: only the follow-up is started again.
 */
@Injectable()
export class Transcriber {
  private readonly logger = new Logger(Transcriber.name);

  constructor(
    private readonly config: AppConfig,
    private readonly requests: RequestsRepository,
    private readonly submissions: SubmissionsRepository,
    private readonly outcomes: SubmissionOutcomes,
    @Inject(TranscriptionProvider) private readonly provider: TranscriptionProvider | null,
    private readonly metrics: Metrics,
  ) {}

  /** @throws Error when races are lost again and again; the queue tries again */
  async transcribe(submissionId: string, context: JobContext): Promise<JobOutcome> {
    return retryOnRace(submissionId, context, {
      read: () => this.requests.read(submissionId),
      step: (task) => this.step(task, context.signal),
    });
  }

  private async step(task: RequestTask, signal: AbortSignal): Promise<Step> {
    switch (task.status) {
      case 'created':
        return this.send({ ...task, status: 'created' }, signal);
      case 'submitted':
        if (task.leaseMs > 0) return { kind: 'sleep', delayMs: task.leaseMs + LEASE_MARGIN_MS };
        return this.afterLostRequest(
          { ...task, status: 'submitted' },
          {
            error: 'The process that made the request was lost before it stored an answer.',
            errorCode: 'request_lost',
          },
        );
      case 'completed':
      case 'failed':
      case 'abandoned':
        await this.outcomes.followUp(task);
        return DONE;
    }
  }

  /** Longer than a request, plus the time a paused process needs to resume and store the answer. */
  private get leaseMs(): number {
    const { transcription, jobLockMs } = this.config;
    return LOAD_AUDIO_TIMEOUT_MS + transcription.transcribeTimeoutMs + jobLockMs;
  }

  private async send(task: OpenTask, signal: AbortSignal): Promise<Step> {
    const { provider } = this;
    if (provider === null || provider.name !== task.provider) {
      // Made under another configuration: nothing was sent, and the current provider takes over.
      return this.resubmit(task, { reason: 'another provider is configured' });
    }
    if (!(await this.submissions.claim(task, this.leaseMs))) return 'again';
    return this.request(provider, { ...task, status: 'submitted' }, signal);
  }

  private async request(provider: TranscriptionProvider, task: OpenTask, signal: AbortSignal): Promise<Step> {
    let result: TranscriptionResult;
    let used: TokenUse | undefined;
    const onUsage = (use: TokenUse): void => {
      used = use;
    };
    const start = performance.now();
    try {
      result = await provider.transcribe({ ...task, onUsage, signal });
    } catch (error) {
      if (used !== undefined) await this.submissions.addTokens(task, used);
      if (signal.aborted) return this.resubmit(task, { reason: 'the request was stopped with its worker' });
      return this.afterFault(task, error);
    }
    if (result.kind === 'withheld') return this.fail(task, result);
    if (!(await this.record(task, result))) return this.afterUnstoredText(task, result, start);
    return this.finish(task, start);
  }

  private async finish(task: OpenTask, start: number): Promise<JobOutcome> {
    this.metrics.submitToTextSeconds.observe(
      { strategy: 'synchronous' },
      (performance.now() - start) / 1_000,
    );
    this.metrics.chunksSettled.inc({ status: 'completed' });
    await this.outcomes.followUp({ ...task, chunkStatus: 'completed' });
    return DONE;
  }

  /**
   * @throws Error when the database is unavailable; the request is then lost once its lease is over
   */
  private async record(task: OpenTask, text: TextResult, triesLeft = MAX_RECORD_TRIES - 1): Promise<boolean> {
    try {
      return await this.submissions.recordFinalText(task, text);
    } catch (error) {
      if (triesLeft === 0) throw error;
      return this.record(task, text, triesLeft - 1);
    }
  }

  /**
   * Handles a text that was not stored: the submission had moved on, or redaction was requested
   * while the request was in flight. In the latter case a model is asked again, as it finds more
   * than patterns do; a provider without a model has only patterns.
   */
  private async afterUnstoredText(task: OpenTask, text: TextResult, start: number): Promise<Step> {
    const now = await this.requests.read(task.submissionId);
    if (text.isRedacted || now?.status !== 'submitted' || !now.redactPii) return 'again';
    if (text.modelUse !== undefined) {
      await this.submissions.addTokens(task, text.modelUse);
      return this.resubmit(task, { reason: 'redaction was requested while the request was in progress' });
    }
    const redacted = await redactStoredText(text);
    if (!(await this.record(task, { ...text, ...redacted, isRedacted: true }))) return 'again';
    return this.finish(task, start);
  }

  private async afterFault(task: OpenTask, error: unknown): Promise<Step> {
    if (error instanceof AudioMissingError || error instanceof ProviderRejectedError) {
      return this.fail(task, { error: error.message, errorCode: error.code });
    }
    if (error instanceof AudioUnavailableError) return this.resubmit(task, { reason: error.message });
    if (error instanceof ProviderUnavailableError) {
      const { message, retryAfterMs } = error;
      return error.ambiguous
        ? this.afterLostRequest(task, { error: message, errorCode: error.code }, retryAfterMs)
        : this.resubmit(task, { reason: message, retryAfterMs });
    }
    if (error instanceof ProviderError)
      return this.fail(task, { error: error.message, errorCode: error.code });
    // A defect of ours, which may crash every try: it counts as a lost request.
    this.logger.error(error instanceof Error ? error.stack : String(error));
    return this.afterLostRequest(task, {
      error: 'The request failed unexpectedly; see the log.',
      errorCode: 'unexpected',
    });
  }

  /** Ends a request that was perhaps carried out, and starts another unless too many were lost. */
  private async afterLostRequest(
    task: OpenTask,
    failure: ChunkFailure,
    retryAfterMs?: number,
  ): Promise<Step> {
    const lost = (await this.submissions.countLost(task.chunkId)) + 1;
    if (lost < MAX_LOST_REQUESTS) {
      return this.resubmit(task, { reason: failure.error, retryAfterMs, lost: true });
    }
    return this.fail(task, {
      error: `${this.provider?.title ?? 'The provider'} brought no transcript in ${lost} requests; try the chunk again. The last one: ${failure.error}`,
      errorCode: failure.errorCode,
    });
  }

  /** Ends this submission and queues the chunk for another one. */
  private async resubmit(
    task: OpenTask,
    { reason, retryAfterMs, lost }: { reason: string; retryAfterMs?: number; lost?: boolean },
  ): Promise<Step> {
    const abandonment = { from: task.status, reason, lost, retryAfterMs };
    return ended(await this.outcomes.giveUp(task, abandonment), reason);
  }

  private async fail(task: RequestTask, failure: ChunkFailure): Promise<Step> {
    return ended(await this.outcomes.fail(task, failure), failure.error);
  }
}
