import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from './metrics.js';
import { ProcessingLog, type ProcessingEvent } from './processing-log.js';

/** Ids of what a job works on, as far as they are known. */
export interface JobSubject {
  conversationId?: string;
  chunkId?: string;
  submissionId?: string;
  /** Delivery of an outgoing event. */
  deliveryId?: string;
}

/** Measures jobs, and reports them to the metrics, the processing log and the log. */
@Injectable()
export class JobObserver {
  private readonly logger = new Logger('Job');

  constructor(
    private readonly metrics: Metrics,
    private readonly log: ProcessingLog,
  ) {}

  /**
   * Runs the job's work. `subject` is read when the work ends, so the work may complete it. A run
   * that only went back to sleep leaves no entry in the processing log, so that a chunk's history
   * is not buried under checks.
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

  /** Writes all observed jobs to the processing log, before a stop. */
  async flush(): Promise<void> {
    await this.log.flush();
  }
}

/** Whether a job belongs to a conversation; other jobs are not part of the processing log. */
function isOfConversation({ conversationId, chunkId, submissionId }: JobSubject): boolean {
  return [conversationId, chunkId, submissionId].some((id) => id !== undefined);
}

function describe(subject: JobSubject): string {
  const parts = Object.entries(subject).map(([name, id]) => ` ${name}=${String(id)}`);
  return parts.join('');
}
