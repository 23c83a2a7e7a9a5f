import type { Job } from 'bullmq';

/** Clocks of machines that keep time differ by less. */
const CLOCK_SLACK_MS = 30_000;

export interface Clocks {
  /** Milliseconds since the epoch. */
  nowMs: number;
  /** Milliseconds of a clock that is never set. */
  monotonicMs: number;
}

export type SleepingJob = Pick<Job, 'id' | 'delay' | 'timestamp' | 'processedOn' | 'attemptsStarted'>;

/** One sleep of a job, and when it was first seen by the monotonic clock. */
interface Sleep {
  runs: number;
  seenMs: number;
}

/**
 * Finds jobs that sleep for longer than they were told to. The queue keeps the moment at which a job is due, by the clock of the
 * worker that put it to sleep: a clock that was ahead, and is right again, leaves it asleep for as long as it was ahead.
 */
export class SleepWatch {
  private before = new Map<string, Sleep>();
  private seen = new Map<string, Sleep>();

  /** Forgets the jobs that were not seen since the last call. */
  beginPass(): void {
    this.before = this.seen;
    this.seen = new Map();
  }

  /** @returns whether the job should be awake by now; a job that runs may be meant, which waking does not disturb */
  hasOverslept(
    { id = '', delay, timestamp, processedOn = 0, attemptsStarted: runs }: SleepingJob,
    { nowMs, monotonicMs }: Clocks = { nowMs: Date.now(), monotonicMs: performance.now() },
  ): boolean {
    if (delay <= 0) return false;
    const known = this.before.get(id);
    const sleep = known !== undefined && known.runs === runs ? known : { runs, seenMs: monotonicMs };
    this.seen.set(id, sleep);
    const beganInFuture = Math.max(timestamp, processedOn) > nowMs + CLOCK_SLACK_MS;
    // The clock may also have been put ahead while the job ran: then only the time that goes by tells.
    return beganInFuture || monotonicMs - sleep.seenMs > delay;
  }
}
