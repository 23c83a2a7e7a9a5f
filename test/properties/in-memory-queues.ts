import { DelayedError, type Job } from 'bullmq';
import { JOB_ATTEMPTS, jobId, type JobData, type JobKind } from '../../src/queues/job-catalogue.js';
import { QueueTimeoutError, type JobQueues, type NewJob } from '../../src/queues/job-queues.js';
import type { Activity } from './activity.js';

export interface InMemoryJob {
  readonly id: string;
  readonly kind: JobKind;
  readonly data: JobData[JobKind];
  attemptsMade: number;
  state: 'waiting' | 'delayed' | 'active';
  /** The activity that runs it, and may delay or end it. */
  holder?: Activity;
}

/** BullMQ's error for a promotion that comes too late, and for a worker that has lost its lock. */
export class InMemoryQueueError extends Error {
  override readonly name = 'InMemoryQueueError';

  constructor(readonly code: number) {
    super(`refused by the queue (${code})`);
  }
}

const LOCK_MISMATCH = -6;
const NOT_DELAYED = -3;

/** The next call of a producer is not answered in time, whether carried out or not. */
export type QueueFault = 'lost before' | 'lost after';

/**
 * Simulates BullMQ's guarantees: a job whose id exists is not added again, only its holder ends or
 * delays it, only a delayed job can be promoted. The experiment chooses when a job runs, how often,
 * and on how many workers.
 */
export class InMemoryQueues {
  private readonly jobs = new Map<string, InMemoryJob>();
  private readonly faults: QueueFault[] = [];

  /** @param served called for every fault that a call has met */
  constructor(private readonly served: (fault: QueueFault) => void) {}

  list(): InMemoryJob[] {
    return [...this.jobs.values()];
  }

  wipe(): void {
    this.jobs.clear();
  }

  arm(fault: QueueFault): void {
    this.faults.push(fault);
  }

  disarm(): void {
    this.faults.length = 0;
  }

  /** Returns the queues for one activity. */
  viewFor(activity: Activity): JobQueues {
    const produce = <T>(name: string, change: () => T): Promise<T> =>
      gated(activity, name, () => this.unlessFaulty(change));
    const add = <K extends JobKind>(kind: K, data: JobData[K], options: { delayMs?: number } = {}) =>
      produce(`add ${kind}`, () => {
        this.add(kind, { data, ...options });
      });
    const view: Pick<JobQueues, 'add' | 'addMany' | 'wake' | 'queue'> = {
      add,
      addMany: (kind, jobs) =>
        produce(`addMany ${kind}`, () => {
          for (const job of jobs) this.add(kind, job);
        }),
      wake: async (kind, data) => {
        const isAwakened = await produce(`wake ${kind}`, () => this.promote(jobId(kind, data)));
        if (!isAwakened) await add(kind, data);
      },
      queue: (kind) => {
        const getJob = (id: string) => gated(activity, `getJob ${kind}`, () => this.jobs.get(id));
        return { getJob } as unknown as ReturnType<JobQueues['queue']>;
      },
    };
    return view as JobQueues;
  }

  /** Runs the job in the activity, like a worker; an active job is taken over as if stalled. */
  async run(
    job: InMemoryJob,
    processor: { process(job: Job, token: string): Promise<void> },
    activity: Activity,
  ): Promise<void> {
    job.state = 'active';
    job.holder = activity;
    try {
      await processor.process(this.heldBy(activity, job), 'a-token');
      await gated(activity, `complete ${job.kind}`, () => {
        if (this.isHeldBy(job, activity)) this.jobs.delete(job.id);
      });
    } catch (error) {
      if (error instanceof DelayedError) return;
      if (!activity.isDead) {
        await gated(activity, `fail ${job.kind}`, () => {
          this.fail(job, activity);
        });
      }
      throw error;
    } finally {
      if (activity.isDead) this.stall(job, activity);
    }
  }

  private unlessFaulty<T>(change: () => T): T {
    const fault = this.faults.shift();
    if (fault === undefined) return change();
    this.served(fault);
    if (fault === 'lost after') change();
    throw new QueueTimeoutError();
  }

  private add<K extends JobKind>(kind: K, { data, delayMs = 0 }: NewJob<K>): void {
    const id = jobId(kind, data);
    if (this.jobs.has(id)) return;
    this.jobs.set(id, { id, kind, data, attemptsMade: 0, state: delayMs > 0 ? 'delayed' : 'waiting' });
  }

  private promote(id: string): boolean {
    const job = this.jobs.get(id);
    if (job?.state !== 'delayed') return false;
    job.state = 'waiting';
    return true;
  }

  /** Returns the job as its processor receives it. */
  private heldBy(activity: Activity, job: InMemoryJob): Job {
    const view = {
      name: job.kind,
      data: job.data,
      opts: { attempts: JOB_ATTEMPTS[job.kind] },
      attemptsMade: job.attemptsMade,
      promote: () =>
        gated(activity, `promote ${job.kind}`, () => {
          if (!this.isThere(job) || !this.promote(job.id)) throw new InMemoryQueueError(NOT_DELAYED);
        }),
      moveToDelayed: () =>
        gated(activity, `moveToDelayed ${job.kind}`, () => {
          if (!this.isHeldBy(job, activity)) throw new InMemoryQueueError(LOCK_MISMATCH);
          job.state = 'delayed';
          job.holder = undefined;
        }),
    };
    return view as unknown as Job;
  }

  private fail(job: InMemoryJob, activity: Activity): void {
    if (!this.isHeldBy(job, activity)) return;
    job.attemptsMade += 1;
    job.state = 'delayed';
    job.holder = undefined;
    if (job.attemptsMade >= JOB_ATTEMPTS[job.kind]) this.jobs.delete(job.id);
  }

  /**
   * Releases the job of a dead worker, whose lock is no longer renewed: it waits for another
   * worker.
   */
  private stall(job: InMemoryJob, activity: Activity): void {
    if (!this.isHeldBy(job, activity)) return;
    job.state = 'waiting';
    job.holder = undefined;
  }

  private isHeldBy(job: InMemoryJob, activity: Activity): boolean {
    return this.isThere(job) && job.holder === activity;
  }

  private isThere(job: InMemoryJob): boolean {
    return this.jobs.get(job.id) === job;
  }
}

function gated<T>(activity: Activity, name: string, change: () => T): Promise<T> {
  return activity.effect(`queue ${name}`, async () => {
    await Promise.resolve();
    return change();
  });
}
