import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Job, type Queue } from 'bullmq';
import { AppConfig } from '../config/app-config.js';
import { inTime } from '../deadlines/in-time.js';
import { connected } from './connected.js';
import { JOB_ATTEMPTS, JOB_KINDS, jobId, type JobData, type JobKind } from './job-catalogue.js';
import { promote } from './promote.js';
import { PROVIDER_BACKOFF } from './worker-options.js';

/** Longer than any healthy store takes, and short enough for three of them within a callback's ten seconds. */
const QUEUE_TIMEOUT_MS = 2_500;

/** The queue's store did not answer in time. */
export class QueueTimeoutError extends Error {
  override readonly name = 'QueueTimeoutError';
  readonly code = 'queue_timeout';

  constructor() {
    super(`the queue did not answer within ${QUEUE_TIMEOUT_MS} ms; look at its store`);
  }
}

export interface NewJob<K extends JobKind> {
  data: JobData[K];
  /** Milliseconds until the job may run; 0 unless given. */
  delayMs?: number;
}

/** DI token of every kind's queue. */
export const QUEUES = Symbol('queues');

/** Adds jobs and wakes sleeping ones. All of it may be repeated at will: ids are deterministic. */
@Injectable()
export class JobQueues implements OnModuleInit {
  private readonly logger = new Logger(JobQueues.name);

  constructor(
    private readonly config: AppConfig,
    @Inject(QUEUES) private readonly queues: Readonly<Record<JobKind, Queue>>,
  ) {
    for (const [kind, queue] of Object.entries(this.queues)) {
      queue.on('error', (error: Error) => {
        this.logger.warn(`queue ${kind}: ${error.message}`);
      });
    }
  }

  /** @throws Error when the store cannot be reached: such a queue never works, and the process must start again */
  async onModuleInit(): Promise<void> {
    const { startTimeoutMs } = this.config;
    await Promise.all(JOB_KINDS.map((kind) => connected(kind, this.queues[kind], startTimeoutMs)));
  }

  queue(kind: JobKind): Queue {
    return this.queues[kind];
  }

  /** Adds a job; does nothing when one of its id is there already. */
  async add<K extends JobKind>(kind: K, data: JobData[K], options: { delayMs?: number } = {}): Promise<void> {
    await answered(this.queues[kind].add(kind, data, this.jobOptions(kind, { data, ...options })));
  }

  async addMany<K extends JobKind>(kind: K, jobs: NewJob<K>[]): Promise<void> {
    if (jobs.length === 0) return;
    await answered(
      this.queues[kind].addBulk(
        jobs.map((job) => ({ name: kind, data: job.data, opts: this.jobOptions(kind, job) })),
      ),
    );
  }

  /**
   * Makes a sleeping job run now, adding it when it is missing. A job that runs at this moment cannot be woken; whoever
   * needs it to look again leaves a trace that it reads before it goes back to sleep.
   */
  async wake<K extends JobKind>(kind: K, data: JobData[K]): Promise<void> {
    const job = new Job(this.queues[kind], kind, data, {}, jobId(kind, data));
    // Adding does nothing for a job that runs or waits, and brings back one that is gone.
    if (!(await answered(promote(job)))) await this.add(kind, data);
  }

  private jobOptions<K extends JobKind>(kind: K, job: NewJob<K>) {
    return {
      jobId: jobId(kind, job.data),
      delay: job.delayMs ?? 0,
      attempts: JOB_ATTEMPTS[kind],
      backoff: { type: PROVIDER_BACKOFF, delay: this.config.retryBaseMs },
      // The id must be free again at once, or the reconciler could not bring the job back; the history is in the record.
      removeOnComplete: true,
      removeOnFail: true,
    };
  }
}

/**
 * A queue whose store is away would keep its callers waiting until it is back, and a callback must be answered in seconds. What
 * is given up here may still be carried out later, which harms nothing.
 *
 * @throws QueueTimeoutError
 */
function answered<T>(work: Promise<T>): Promise<T> {
  return inTime(work, QUEUE_TIMEOUT_MS, () => new QueueTimeoutError());
}
