import { Processor } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { JobObserver } from '../observability/job-observer.js';
import { QUEUE_NAMES, type JobData } from '../queues/job-catalogue.js';
import { JobProcessor, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { WORKER_OPTIONS } from '../queues/worker-options.js';
import { EventDeliverer } from './event-deliverer.js';

/**
 * Each delivery is one request of at most 15 s; a few slow receivers leave slots for the others.
 */
const CONCURRENCY = 16;

@Injectable()
@Processor(QUEUE_NAMES.deliver, WORKER_OPTIONS)
export class DeliverProcessor extends JobProcessor<'deliver'> {
  protected readonly kind = 'deliver';
  protected readonly concurrency = CONCURRENCY;

  constructor(
    observer: JobObserver,
    private readonly deliverer: EventDeliverer,
  ) {
    super(observer);
  }

  protected handle(data: JobData['deliver'], context: JobContext): Promise<JobOutcome> {
    return this.deliverer.deliver(data, context);
  }
}
