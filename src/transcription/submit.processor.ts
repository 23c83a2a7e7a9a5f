import { Processor } from '@nestjs/bullmq';
import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { JobObserver } from '../observability/job-observer.js';
import { QUEUE_NAMES, type JobData } from '../queues/job-catalogue.js';
import { JobProcessor, type JobContext, type JobOutcome } from '../queues/job-processor.js';
import { WORKER_OPTIONS } from '../queues/worker-options.js';
import { Submitter } from './submitter.js';
import { SynchronousSubmitter } from './synchronous/synchronous-submitter.js';
import { TranscriptionProvider } from './synchronous/transcription-provider.js';

@Injectable()
@Processor(QUEUE_NAMES.submit, WORKER_OPTIONS)
export class SubmitProcessor extends JobProcessor<'submit'> {
  protected readonly kind = 'submit';
  protected readonly concurrency: number;

  constructor(
    observer: JobObserver,
    config: AppConfig,
    private readonly submitter: Submitter,
    private readonly synchronous: SynchronousSubmitter,
    @Inject(TranscriptionProvider) private readonly provider: TranscriptionProvider | null,
  ) {
    super(observer);
    this.concurrency = config.transcription.submitConcurrency;
  }

  protected handle(data: JobData['submit'], context: JobContext): Promise<JobOutcome> {
    return this.provider === null
      ? this.submitter.submit(data, context)
      : this.synchronous.submit(this.provider, data, context);
  }
}
