import { Processor } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { JobObserver } from '../../observability/job-observer.js';
import { QUEUE_NAMES, type JobData } from '../../queues/job-catalogue.js';
import { JobProcessor, type JobContext, type JobOutcome } from '../../queues/job-processor.js';
import { WORKER_OPTIONS } from '../../queues/worker-options.js';
import { Transcriber } from './transcriber.js';

@Injectable()
@Processor(QUEUE_NAMES.transcribe, WORKER_OPTIONS)
export class TranscribeProcessor extends JobProcessor<'transcribe'> {
  protected readonly kind = 'transcribe';
  protected readonly concurrency: number;

  constructor(
    observer: JobObserver,
    config: AppConfig,
    private readonly transcriber: Transcriber,
  ) {
    super(observer);
    this.concurrency = config.transcription.transcribeConcurrency;
  }

  protected handle(data: JobData['transcribe'], context: JobContext): Promise<JobOutcome> {
    return this.transcriber.transcribe(data.submissionId, context);
  }
}
