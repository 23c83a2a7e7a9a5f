import type { Job } from 'bullmq';

/** Synchronized clocks differ by less than this. */
const CLOCK_SLACK_MS = 30_000;

export interface Clocks {
  /** Milliseconds since the epoch. */
  nowMs: number;
  /** Milliseconds of a clock that is never adjusted. */
  monotonicMs: number;
}

export type SleepingJob = Pick<Job, 'id' | 'delay' | 'timestamp' | 'processedOn' | 'attemptsStarted'>;

/** A sleep of a job, and when it was first seen by the monotonic clock. */
interface Sleep {
  runs: number;
  seenMs: number;
}

/**
 * Finds jobs that sleep past their due time. The queue stores that time by the clock of the worker
 * that put the job to sleep. If that clock was ahead and is corrected, the job sleeps longer by the
 * difference.
 */
export class SleepWatch {
  private before = new Map<string, Sleep>();
  private seen = new Map<string, Sleep>();

  /** Starts a pass, and forgets the jobs that the previous pass did not see. */
  beginPass(): void {
    this.before = this.seen;
    this.seen = new Map();
  }

  /**
   * @returns whether the job should be awake by now. It may be running; waking it does no harm
   * then.
   */
  hasOverslept(
    { id = '', delay, timestamp, processedOn = 0, attemptsStarted: runs }: SleepingJob,
    { nowMs, monotonicMs }: Clocks = { nowMs: Date.now(), monotonicMs: performance.now() },
  ): boolean {
    if (delay <= 0) return false;
    const known = this.before.get(id);
    const sleep = known !== undefined && known.runs === runs ? known : { runs, seenMs: monotonicMs };
    this.seen.set(id, sleep);
    const beganInFuture = Math.max(timestamp, processedOn) > nowMs + CLOCK_SLACK_MS;
    // The clock may also have been set ahead during the run: then only elapsed time shows it.
    return beganInFuture || monotonicMs - sleep.seenMs > delay;
  }
}
