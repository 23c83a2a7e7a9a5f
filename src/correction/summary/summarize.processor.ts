import { Processor } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { FinalizationRepository, type SummaryTask } from '../../conversations/finalization.repository.js';
import { yieldForLongText } from '../../event-loop/yield-to-event-loop.js';
import { JobObserver } from '../../observability/job-observer.js';
import { backoffMs } from '../../providers/backoff.js';
import { ProviderError, ProviderUnavailableError } from '../../providers/provider-error.js';
import { QUEUE_NAMES, type JobData } from '../../queues/job-catalogue.js';
import { DONE, JobProcessor, type JobContext, type JobOutcome } from '../../queues/job-processor.js';
import { WORKER_OPTIONS } from '../../queues/worker-options.js';
import { finalErrorMessage } from '../final-error-message.js';
import { SUMMARY_PROMPT_VERSION } from '../prompts/summary-prompt.js';
import { nextStep, type SummaryStep } from './next-step.js';
import { Summarizer, type SummaryResult } from './summarizer.js';
import { SummaryPartsRepository, type SummarizedMerge } from './summary-parts.repository.js';

/**
 * Summaries are few, one per conversation, and should leave the model's quota to the corrections.
 */
const CONCURRENCY = 4;

/**
 * Tries of one request, about half a minute at 1 s base. A summary is a convenience: the transcript
 * exists already.
 */
const TRIES = 6;

/**
 * Codes of failures that concern the text. Other texts of the same conversation may well be
 * accepted, whereas a refused key or an overload concerns all of them.
 */
const FAILURES_OF_A_TEXT: ReadonlySet<string> = new Set([
  'prompt_blocked',
  'answer_blocked',
  'blocked_without_reason',
  'no_candidates',
  'empty_answer',
  'truncated',
  'unfinished',
  'invalid_answer',
]);

/**
 * Runs the same job again at once: a part is done, or the conversation was merged again in the
 * meantime, and the newer merge still needs its summary.
 */
const AGAIN: JobOutcome = { kind: 'sleep', delayMs: 0 };

type RequestStep = Exclude<SummaryStep, { kind: 'made' | 'refused' }>;

/**
 * Summarizes a finalized conversation: one request in each run, so that no worker is held for the
 * length of a conversation, and a crash repeats one request at most. When it fails, the
 * conversation stays without a summary, and the reason is stored.
 */
@Injectable()
@Processor(QUEUE_NAMES.summarize, WORKER_OPTIONS)
export class SummarizeProcessor extends JobProcessor<'summarize'> {
  protected readonly kind = 'summarize';
  protected readonly concurrency = CONCURRENCY;

  constructor(
    observer: JobObserver,
    private readonly config: AppConfig,
    private readonly finalization: FinalizationRepository,
    private readonly parts: SummaryPartsRepository,
    private readonly summarizer: Summarizer,
  ) {
    super(observer);
  }

  protected async handle({ conversationId }: JobData['summarize'], context: JobContext): Promise<JobOutcome> {
    const task = await this.finalization.summaryTask(conversationId);
    if (task === undefined) return DONE;
    const merge = { conversationId, mergeRevision: task.mergeRevision };
    const stored = await this.parts.read(merge);
    await yieldForLongText(task.transcript.length);
    const step = nextStep(task.transcript, stored, this.summarizer.maxInputChars);
    switch (step.kind) {
      case 'made':
        return this.end(merge, step, step.leftOut);
      case 'refused':
        return this.fail(merge, step.reason);
      default:
        return this.request(step, { task, merge, signal: context.signal });
    }
  }

  private async request(
    step: RequestStep,
    { task, merge, signal }: { task: SummaryTask; merge: SummarizedMerge; signal: AbortSignal },
  ): Promise<JobOutcome> {
    const tryNumber = step.tries + 1;
    const call = { language: task.language, signal, isLastTry: tryNumber >= TRIES };
    let result: SummaryResult;
    try {
      result = await ('parts' in step
        ? this.summarizer.combine({ ...call, parts: step.parts })
        : this.summarizer.summarize({ ...call, ...step }));
    } catch (error) {
      if (!(error instanceof ProviderError) || signal.aborted) throw error;
      return error instanceof ProviderUnavailableError && !call.isLastTry
        ? this.retry(step, merge, error)
        : this.giveUp(step, merge, { error, reason: finalErrorMessage(error, tryNumber) });
    }
    switch (step.kind) {
      case 'whole':
        return this.end(merge, result, null);
      case 'combined':
        return this.end(merge, result, step.leftOut);
      case 'part':
      case 'group':
        await this.parts.store(merge, step, result);
        return AGAIN;
    }
  }

  /** Sleeps before the next try. The tries of each request count, not those of the job. */
  private async retry(
    step: RequestStep,
    merge: SummarizedMerge,
    { message, retryAfterMs }: ProviderUnavailableError,
  ): Promise<JobOutcome> {
    const failures = step.tries + 1;
    this.logger.warn(
      `try ${failures} of a summary of conversation ${merge.conversationId} failed: ${message}`,
    );
    if (!(await this.parts.noteFailure(merge, step))) return AGAIN;
    return {
      kind: 'sleep',
      delayMs: backoffMs({ baseMs: this.config.retryBaseMs, failures, retryAfterMs }),
    };
  }

  private async giveUp(
    step: RequestStep,
    merge: SummarizedMerge,
    { error, reason }: { error: ProviderError; reason: string },
  ): Promise<JobOutcome> {
    if (step.kind !== 'part') return this.fail(merge, reason);
    const { first, of } = step.part;
    if (!FAILURES_OF_A_TEXT.has(error.code)) return this.fail(merge, `Part ${first} of ${of}: ${reason}`);
    this.logger.warn(
      `the summary of conversation ${merge.conversationId} leaves out part ${first} of ${of}: ${reason}`,
    );
    await this.parts.leaveOut(merge, step, reason);
    return AGAIN;
  }

  private async end(
    { conversationId, mergeRevision }: SummarizedMerge,
    { summary, model }: Pick<SummaryResult, 'summary' | 'model'>,
    leftOut: string | null,
  ): Promise<JobOutcome> {
    const made = { summary, model, promptVersion: SUMMARY_PROMPT_VERSION, leftOut };
    return (await this.finalization.storeSummary(conversationId, mergeRevision, made)) ? DONE : AGAIN;
  }

  private async fail(
    { conversationId, mergeRevision }: SummarizedMerge,
    reason: string,
  ): Promise<JobOutcome> {
    this.logger.warn(`conversation ${conversationId} has no summary: ${reason}`);
    return (await this.finalization.failSummary(conversationId, mergeRevision, reason)) ? DONE : AGAIN;
  }
}
