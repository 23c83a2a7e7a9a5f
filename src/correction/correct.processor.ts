import { Processor } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { JobObserver } from '../observability/job-observer.js';
import { QUEUE_NAMES, type JobData } from '../queues/job-catalogue.js';
import { JobProcessor, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { WORKER_OPTIONS } from '../queues/worker-options.js';
import { ChunkCorrector } from './chunk-corrector.js';

@Injectable()
@Processor(QUEUE_NAMES.correct, WORKER_OPTIONS)
export class CorrectProcessor extends JobProcessor<'correct'> {
  protected readonly kind = 'correct';
  protected readonly concurrency: number;

  constructor(
    observer: JobObserver,
    config: AppConfig,
    private readonly corrector: ChunkCorrector,
  ) {
    super(observer);
    this.concurrency = config.correction.concurrency;
  }

  protected handle(data: JobData['correct'], context: JobContext): Promise<JobOutcome> {
    return this.corrector.correct(data, context);
  }
}
