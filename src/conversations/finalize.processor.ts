import { Processor } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { Coordination } from '../coordination/coordination.js';
import { JobObserver } from '../observability/job-observer.js';
import { QUEUE_NAMES, type JobData } from '../queues/job-catalogue.js';
import { DONE, JobProcessor, type JobOutcome } from '../queues/job-processor.js';
import { JobQueues } from '../queues/job-queues.js';
import { WORKER_OPTIONS } from '../queues/worker-options.js';
import { FinalizationRepository } from './finalization.repository.js';

/**
 * A merge is one short transaction; a few at once keep up with any number of correcting workers.
 */
const CONCURRENCY = 4;

/** Merges a finished conversation once its last chunk has settled, and queues its summary. */
@Injectable()
@Processor(QUEUE_NAMES.finalize, WORKER_OPTIONS)
export class FinalizeProcessor extends JobProcessor<'finalize'> {
  protected readonly kind = 'finalize';
  protected readonly concurrency = CONCURRENCY;

  constructor(
    observer: JobObserver,
    private readonly finalization: FinalizationRepository,
    private readonly coordination: Coordination,
    private readonly queues: JobQueues,
  ) {
    super(observer);
  }

  protected async handle({ conversationId }: JobData['finalize']): Promise<JobOutcome> {
    const result = await this.finalization.merge(conversationId);
    if (result === 'not_due') {
      // An earlier run may have merged and died before it queued the summary.
      if ((await this.finalization.summaryTask(conversationId)) === undefined) return DONE;
    }
    if (result !== 'merged_without_text') await this.queues.add('summarize', { conversationId });
    if (result !== 'not_due') {
      await this.coordination.forgetConversation(conversationId);
      this.logger.log(`conversation ${conversationId} is finalized`);
    }
    return DONE;
  }
}
