import { asError } from '../errors/error-message.js';
import { OnWorkerEvent, WorkerHost } from '@nestjs/bullmq';
import {
  type BeforeApplicationShutdown,
  Inject,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { DelayedError, type Job, type Worker } from 'bullmq';
import { AppConfig } from '../config/app-config.js';
import { inTime } from '../deadlines/in-time.js';
import type { JobObserver, JobSubject } from '../observability/job-observer.js';
import { HEARTBEAT } from './heartbeat.js';
import { awaitConnection } from './await-connection.js';
import { promote } from './promote.js';
import type { JobData, JobKind } from './job-catalogue.js';

class CloseTimeoutError extends Error {
  override readonly name = 'CloseTimeoutError';
}

export interface JobContext {
  /** Number of this attempt, from 1. */
  tryNumber: number;
  /** Whether no further attempt follows, so that a failure must be settled now. */
  isLastTry: boolean;
  /** Aborted when the job's lock is lost and another worker has the job. */
  signal: AbortSignal;
  /** Written to the processing log; the work adds what it learns. */
  subject: JobSubject;
}

/**
 * Outcome of a job's run. `sleep` puts the same job back for `delayMs`. Then `wakeIf` is called,
 * and the job is woken at once when it returns true, as something may have happened between the
 * last check and falling asleep (rule K2).
 */
export type JobOutcome =
  /** `note` explains an unusual outcome in the processing log. */
  { kind: 'done'; note?: string } | { kind: 'sleep'; delayMs: number; wakeIf?: () => Promise<boolean> };

export const DONE: JobOutcome = { kind: 'done' };

/**
 * How long a stop waits for running jobs; another process repeats a correction that takes longer.
 */
const CLOSE_GRACE_MS = 20_000;
/** Time for a canceled job to end its request and to report to the queue. */
const CANCEL_GRACE_MS = 5_000;
/** Broken stores make workers report thousands of errors; one line per interval is enough. */
const ERROR_LOG_INTERVAL_MS = 5_000;

/**
 * Base class of all processors, and the only place that runs, suspends and stops a BullMQ worker.
 * `handle` decides and acts; it may run any number of times, at any time, in any worker.
 */
export abstract class JobProcessor<K extends JobKind>
  extends WorkerHost
  implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  protected abstract readonly kind: K;
  /** Maximum number of concurrent jobs in this process. */
  protected abstract readonly concurrency: number;
  @Inject(AppConfig) private readonly appConfig!: AppConfig;
  protected readonly logger = new Logger(this.constructor.name);
  private errorsSinceLogged = 0;
  private lastErrorLoggedAt = 0;
  private closed: Promise<void> = Promise.resolve();
  private closingSince = 0;

  constructor(private readonly observer: JobObserver) {
    super();
  }

  protected abstract handle(data: JobData[K], context: JobContext): Promise<JobOutcome>;

  async process(job: Job<JobData[K]>, token?: string, signal?: AbortSignal): Promise<void> {
    if (job.name === HEARTBEAT) return;
    const tryNumber = job.attemptsMade + 1;
    const context: JobContext = {
      tryNumber,
      isLastTry: tryNumber >= (job.opts.attempts ?? 1),
      signal: signal ?? new AbortController().signal,
      subject: subjectOf(job.data),
    };
    const outcome = await this.observer.observe(this.kind, context.subject, () =>
      this.handle(job.data, context),
    );
    if (outcome.kind === 'sleep') await this.sleep(job, token, outcome);
  }

  /**
   * @throws Error when the store cannot be reached: the worker is unusable, so restart the process
   */
  async onApplicationBootstrap(): Promise<void> {
    this.worker.concurrency = this.concurrency;
    await awaitConnection(this.kind, this.worker, this.appConfig.startTimeoutMs);
    this.worker.run().catch((error: unknown) => {
      this.onError(asError(error));
    });
  }

  /** Stops taking jobs, in all processors at once. A failed start may have made no worker yet. */
  onModuleDestroy(): void {
    this.closed = this.existingWorker()?.close() ?? Promise.resolve();
    this.closingSince = performance.now();
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { closed } = this;
    const graceLeftMs = Math.max(this.closingSince + CLOSE_GRACE_MS - performance.now(), 0);
    if (!(await this.endsWithin(closed, graceLeftMs))) {
      this.logger.warn(
        `${this.kind} jobs are still running after ${CLOSE_GRACE_MS} ms; they are stopped and will run again`,
      );
      this.worker.cancelAllJobs('the service stops');
      // A job that ignores that is abandoned: its lock ends, and another worker takes the job.
      await this.endsWithin(closed, CANCEL_GRACE_MS);
    }
    await this.observer.flush();
  }

  private existingWorker(): Worker | undefined {
    try {
      return this.worker;
    } catch {
      // Nest's getter throws when there is no worker.
      return undefined;
    }
  }

  private async endsWithin(closed: Promise<void>, graceMs: number): Promise<boolean> {
    try {
      await inTime(closed, graceMs, () => new CloseTimeoutError());
      return true;
    } catch (error) {
      if (error instanceof CloseTimeoutError) return false;
      throw error;
    }
  }

  @OnWorkerEvent('error')
  protected onError(error: Error): void {
    this.errorsSinceLogged += 1;
    if (Date.now() - this.lastErrorLoggedAt < ERROR_LOG_INTERVAL_MS) return;
    this.logger.warn(`worker: ${error.message} (${this.errorsSinceLogged} since the last such line)`);
    this.errorsSinceLogged = 0;
    this.lastErrorLoggedAt = Date.now();
  }

  @OnWorkerEvent('lockRenewalFailed')
  protected onLockLost(jobIds: string[]): void {
    for (const id of jobIds) this.worker.cancelJob(id, 'its lock was lost');
  }

  private async sleep(
    job: Job<JobData[K]>,
    token: string | undefined,
    { delayMs, wakeIf }: Extract<JobOutcome, { kind: 'sleep' }>,
  ): Promise<never> {
    await job.moveToDelayed(Date.now() + delayMs, token);
    if (wakeIf !== undefined && (await wakeIf())) await promote(job);
    throw new DelayedError();
  }
}

/** Picks the ids from a job's data; the number of the attempt does not identify its subject. */
function subjectOf(data: JobData[JobKind]): JobSubject {
  const ids = Object.entries(data).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(ids);
}
