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
import { connected } from './connected.js';
import { promote } from './promote.js';
import type { JobData, JobKind } from './job-catalogue.js';

class CloseTimeoutError extends Error {
  override readonly name = 'CloseTimeoutError';
}

export interface JobContext {
  /** Number of this try, from 1. */
  tryNumber: number;
  /** No further try follows: what fails now must be settled now. */
  isLastTry: boolean;
  /** Aborted when the job's lock is lost: another worker has it now. */
  signal: AbortSignal;
  /** Told to the processing log; the work fills in what it learns. */
  subject: JobSubject;
}

/**
 * What a job's run came to. `sleep` puts the same job back for `delayMs`; then `wakeIf` is asked, and the job is woken
 * at once when it says so: that closes the gap between the last look and the falling asleep (rule K2).
 */
export type JobOutcome =
  /** `note` is for the processing log: why it went the way it did, where that is not the usual one. */
  { kind: 'done'; note?: string } | { kind: 'sleep'; delayMs: number; wakeIf?: () => Promise<boolean> };

export const DONE: JobOutcome = { kind: 'done' };

/** How long a stop waits for running jobs; a correction may take longer, and is then run again by another process. */
const CLOSE_GRACE_MS = 20_000;
/** A job that is told to stop ends its request and reports to the queue; that takes moments. */
const CANCEL_GRACE_MS = 5_000;
/** Broken stores make workers report errors by the thousand; one line in a while tells as much. */
const ERROR_LOG_INTERVAL_MS = 5_000;

/**
 * The frame of every processor: the only place that knows how a BullMQ worker is run, put to sleep and stopped.
 * `handle` decides and acts; it may be run any number of times, at any time, on any worker.
 */
export abstract class JobProcessor<K extends JobKind>
  extends WorkerHost
  implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  protected abstract readonly kind: K;
  /** Jobs at once in this process. */
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

  /** @throws Error when its store cannot be reached: such a worker never works, and the process must start again */
  async onApplicationBootstrap(): Promise<void> {
    this.worker.concurrency = this.concurrency;
    await connected(this.kind, this.worker, this.appConfig.startTimeoutMs);
    this.worker.run().catch((error: unknown) => {
      this.onError(error instanceof Error ? error : new Error(String(error)));
    });
  }

  /** All processors stop taking jobs at once; then each is waited for. A start that failed may have made no worker yet. */
  onModuleDestroy(): void {
    this.closed = this.madeWorker()?.close() ?? Promise.resolve();
    this.closingSince = performance.now();
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { closed } = this;
    const graceLeftMs = Math.max(this.closingSince + CLOSE_GRACE_MS - performance.now(), 0);
    if (!(await this.endsWithin(closed, graceLeftMs))) {
      this.logger.warn(
        `${this.kind} jobs still run after ${CLOSE_GRACE_MS} ms; they are stopped, to be run again`,
      );
      this.worker.cancelAllJobs('the service stops');
      // Who does not heed that is left behind: its lock ends, and another worker takes it over.
      await this.endsWithin(closed, CANCEL_GRACE_MS);
    }
    await this.observer.flush();
  }

  private madeWorker(): Worker | undefined {
    try {
      return this.worker;
    } catch {
      // Nest's getter throws where there is none.
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

/** Of a job's data the ids; which try it is, is no part of what it is about. */
function subjectOf(data: JobData[JobKind]): JobSubject {
  const ids = Object.entries(data).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(ids);
}
