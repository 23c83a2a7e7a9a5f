import { Processor } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { JobObserver } from '../observability/job-observer.js';
import { QUEUE_NAMES, type JobData } from '../queues/job-catalogue.js';
import { JobProcessor, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { WORKER_OPTIONS } from '../queues/worker-options.js';
import { Checker } from './checker.js';

@Injectable()
@Processor(QUEUE_NAMES.check, WORKER_OPTIONS)
export class CheckProcessor extends JobProcessor<'check'> {
  protected readonly kind = 'check';
  protected readonly concurrency: number;

  constructor(
    observer: JobObserver,
    config: AppConfig,
    private readonly checker: Checker,
  ) {
    super(observer);
    this.concurrency = config.transcription.submitConcurrency;
  }

  protected handle(data: JobData['check'], context: JobContext): Promise<JobOutcome> {
    return this.checker.check(data.submissionId, context);
  }
}
