import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from './metrics.js';
import { ProcessingLog, type ProcessingEvent } from './processing-log.js';

/** What a job is about, as far as it is known. */
export interface JobSubject {
  conversationId?: string;
  chunkId?: string;
  submissionId?: string;
  /** Of an outgoing event. */
  deliveryId?: string;
}

export type JobResult = 'completed' | 'slept';

/** Measures a job, and tells metrics, processing log and log of it. */
@Injectable()
export class JobObserver {
  private readonly logger = new Logger('Job');

  constructor(
    private readonly metrics: Metrics,
    private readonly log: ProcessingLog,
  ) {}

  /**
   * Runs the job's work. `subject` is read when it ends, so the work may fill it in. A run that only went back to sleep
   * leaves no entry in the processing log: a chunk's story is not buried under looks.
   *
   * @throws whatever the work throws
   */
  async observe<T extends { kind: string; note?: string }>(
    job: string,
    subject: JobSubject,
    work: () => Promise<T>,
  ): Promise<T> {
    const startedAt = new Date();
    const start = performance.now();
    let outcome: 'completed' | 'failed' | 'slept' = 'failed';
    let message: string | undefined;
    try {
      const result = await work();
      outcome = result.kind === 'sleep' ? 'slept' : 'completed';
      message = result.note;
      return result;
    } catch (error) {
      message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      this.logger.warn(`${job} failed: ${message}${describe(subject)}`);
      throw error;
    } finally {
      const durationMs = performance.now() - start;
      this.metrics.jobs.inc({ job, outcome });
      this.metrics.jobBusySeconds.inc({ job }, durationMs / 1_000);
      if (outcome !== 'slept' && isOfConversation(subject)) {
        const { conversationId, chunkId, submissionId } = subject;
        const entry: Omit<ProcessingEvent, 'event' | 'at'> = { job, conversationId, chunkId, submissionId };
        this.log.record(
          { ...entry, event: 'started', at: startedAt },
          { ...entry, event: outcome, durationMs: Math.round(durationMs), message, at: new Date() },
        );
      }
    }
  }

  /** Writes out what was observed so far; for a stop. */
  async flush(): Promise<void> {
    await this.log.flush();
  }
}

/** The processing log is the story of conversations; what is of none of them has a log of its own. */
function isOfConversation({ conversationId, chunkId, submissionId }: JobSubject): boolean {
  return [conversationId, chunkId, submissionId].some((id) => id !== undefined);
}

function describe(subject: JobSubject): string {
  const parts = Object.entries(subject).map(([name, id]) => ` ${name}=${String(id)}`);
  return parts.join('');
}
