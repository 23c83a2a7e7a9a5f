import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { JobData } from '../../queues/job-catalogue.js';
import { DONE, type JobContext, type JobOutcome } from '../../queues/job-processor.js';
import { JobQueues } from '../../queues/job-queues.js';
import { SubmitAdmission } from '../submit-admission.js';
import type { TranscriptionProvider } from './transcription-provider.js';

/**
 * Submits to a provider that answers with the transcript: it stores the submission and queues its
 * request, which takes long and has its own concurrency slots. The reconciler repairs a crash
 * between the two.
 */
@Injectable()
export class SynchronousSubmitter {
  constructor(
    private readonly admission: SubmitAdmission,
    private readonly queues: JobQueues,
  ) {}

  async submit(
    provider: TranscriptionProvider,
    data: JobData['submit'],
    context: JobContext,
  ): Promise<JobOutcome> {
    const admitted = await this.admission.admit(data, context);
    if ('outcome' in admitted) return admitted.outcome;
    const id = uuidv7();
    const submission = { id, provider: provider.name, strategy: null, audioUrlHash: null, leaseMs: 0 };
    const opened = await this.admission.open(admitted.task, submission, context);
    if (opened) await this.queues.add('transcribe', { submissionId: id });
    return DONE;
  }
}
