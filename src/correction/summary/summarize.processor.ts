import { Processor } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { FinalizationRepository, type SummaryTask } from '../conversations/finalization.repository.js';
import { JobObserver } from '../observability/job-observer.js';
import { ProviderError, ProviderUnavailableError } from '../providers/provider-error.js';
import { QUEUE_NAMES, type JobData } from '../queues/job-catalogue.js';
import { DONE, JobProcessor, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { WORKER_OPTIONS } from '../queues/worker-options.js';
import { finalErrorMessage } from './final-error-message.js';
import { Summarizer } from './summarizer.js';

/**
 * Summaries are few, one per conversation, and should leave the model's quota to the corrections.
 */
const CONCURRENCY = 4;

/**
 * Summarizes a finalized conversation. When that fails, the conversation stays without a summary,
 * and the reason is stored.
 */
@Injectable()
@Processor(QUEUE_NAMES.summarize, WORKER_OPTIONS)
export class SummarizeProcessor extends JobProcessor<'summarize'> {
  protected readonly kind = 'summarize';
  protected readonly concurrency = CONCURRENCY;

  constructor(
    observer: JobObserver,
    private readonly finalization: FinalizationRepository,
    private readonly summarizer: Summarizer,
  ) {
    super(observer);
  }

  protected async handle({ conversationId }: JobData['summarize'], context: JobContext): Promise<JobOutcome> {
    const task = await this.finalization.summaryTask(conversationId);
    if (task === undefined) return DONE;
    if (await this.summarize(conversationId, task, context)) return DONE;
    // The conversation was merged again in the meantime, and the newer merge still needs its
    // summary.
    return { kind: 'sleep', delayMs: 0 };
  }

  private async summarize(
    conversationId: string,
    task: SummaryTask,
    { isLastTry, tryNumber, signal }: JobContext,
  ): Promise<boolean> {
    try {
      const summary = await this.summarizer.summarize({ ...task, signal, isLastTry });
      return await this.finalization.storeSummary(conversationId, task.mergeRevision, summary);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (signal.aborted || (error instanceof ProviderUnavailableError && !isLastTry)) throw error;
      const reason = finalErrorMessage(error, tryNumber);
      this.logger.warn(`conversation ${conversationId} has no summary: ${reason}`);
      return this.finalization.failSummary(conversationId, task.mergeRevision, reason);
    }
  }
}
