import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Job, type Queue } from 'bullmq';
import { AppConfig } from '../config/app-config.js';
import { inTime } from '../deadlines/in-time.js';
import { awaitConnection } from './await-connection.js';
import { JOB_ATTEMPTS, JOB_KINDS, jobId, type JobData, type JobKind } from './job-catalogue.js';
import { promote } from './promote.js';
import { PROVIDER_BACKOFF } from './worker-options.js';

/**
 * Longer than a healthy store takes, and short enough for three calls in a callback's ten seconds.
 */
const QUEUE_TIMEOUT_MS = 2_500;

/** Thrown when the queue's store does not answer in time. */
export class QueueTimeoutError extends Error {
  override readonly name = 'QueueTimeoutError';
  readonly code = 'queue_timeout';

  constructor() {
    super(`the queue did not answer within ${QUEUE_TIMEOUT_MS} ms; check its store`);
  }
}

export interface NewJob<K extends JobKind> {
  data: JobData[K];
  /** Milliseconds until the job may run; 0 when omitted. */
  delayMs?: number;
}

/** DI token of the queues of all kinds. */
export const QUEUES = Symbol('queues');

/** Adds jobs and wakes sleeping ones. Calls may be repeated at will: ids are deterministic. */
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

  /**
   * @throws Error when the store cannot be reached: the queues are unusable, so restart the process
   */
  async onModuleInit(): Promise<void> {
    const { startTimeoutMs } = this.config;
    await Promise.all(JOB_KINDS.map((kind) => awaitConnection(kind, this.queues[kind], startTimeoutMs)));
  }

  queue(kind: JobKind): Queue {
    return this.queues[kind];
  }

  /** Adds a job; does nothing when a job with its id exists. */
  async add<K extends JobKind>(kind: K, data: JobData[K], options: { delayMs?: number } = {}): Promise<void> {
    await withTimeout(this.queues[kind].add(kind, data, this.jobOptions(kind, { data, ...options })));
  }

  async addMany<K extends JobKind>(kind: K, jobs: NewJob<K>[]): Promise<void> {
    if (jobs.length === 0) return;
    await withTimeout(
      this.queues[kind].addBulk(
        jobs.map((job) => ({ name: kind, data: job.data, opts: this.jobOptions(kind, job) })),
      ),
    );
  }

  /**
   * Makes a sleeping job run now, or adds it when it is missing. A running job cannot be woken: a
   * caller that needs another check leaves a mark which the job reads before it goes back to sleep.
   */
  async wake<K extends JobKind>(kind: K, data: JobData[K]): Promise<void> {
    const job = new Job(this.queues[kind], kind, data, {}, jobId(kind, data));
    // Adding does nothing for a running or waiting job, and restores a missing one.
    if (!(await withTimeout(promote(job)))) await this.add(kind, data);
  }

  private jobOptions<K extends JobKind>(kind: K, job: NewJob<K>) {
    return {
      jobId: jobId(kind, job.data),
      delay: job.delayMs ?? 0,
      attempts: JOB_ATTEMPTS[kind],
      backoff: { type: PROVIDER_BACKOFF, delay: this.config.retryBaseMs },
      // The id must be free at once, or the reconciler could not restore the job; the record has
      // the history.
      removeOnComplete: true,
      removeOnFail: true,
    };
  }
}

/**
 * Limits the wait for an absent store, because a callback must be answered within seconds. The
 * store may still carry out an abandoned call later, which does no harm.
 *
 * @throws QueueTimeoutError
 */
function withTimeout<T>(work: Promise<T>): Promise<T> {
  return inTime(work, QUEUE_TIMEOUT_MS, () => new QueueTimeoutError());
}
