import { type Processor, Worker, type WorkerOptions } from 'bullmq';

/** Checks for stalled jobs per lock: a dead worker's job runs again after at most 5/3 of a lock. */
const STALLED_CHECKS_PER_LOCK = 3;

/**
 * Makes a worker class with the configured duration of locks. Nest makes workers with the options
 * of a decorator, which is evaluated before the configuration is known, and from one class per
 * process.
 *
 * @param lockMs milliseconds that a lock lasts without being renewed
 */
export function workerClassWithLock(lockMs: number): typeof Worker {
  return class JobWorker extends Worker {
    constructor(name: string, processor: Processor, options: WorkerOptions) {
      const stalledInterval = Math.ceil(lockMs / STALLED_CHECKS_PER_LOCK);
      super(name, processor, { ...options, lockDuration: lockMs, stalledInterval });
    }
  };
}
