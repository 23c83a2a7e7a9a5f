import { Worker } from 'bullmq';

/** Stalled jobs are looked for so many times during one lock: a dead worker's job runs again after 5/3 of a lock at most. */
const STALLED_CHECKS_A_LOCK = 3;

/** Worker whose lock is set once the configuration is known: Nest makes workers from decorators, before that. */
export class JobWorker extends Worker {
  /**
   * Sets how long a lock lasts without being renewed. Call it before `run`.
   *
   * @param lockMs milliseconds
   */
  setLock(lockMs: number): void {
    this.opts.lockDuration = lockMs;
    this.opts.lockRenewTime = lockMs / 2;
    this.opts.stalledInterval = lockMs / STALLED_CHECKS_A_LOCK;
    this.createLockManager();
  }
}
