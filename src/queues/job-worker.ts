import { type Processor, Worker, type WorkerOptions } from 'bullmq';

/** Stalled jobs are looked for so many times during one lock: a dead worker's job runs again after 5/3 of a lock at most. */
const STALLED_CHECKS_A_LOCK = 3;

/**
 * Makes the class of workers whose locks last for a time that the configuration says. Nest makes workers with the options of
 * a decorator, which stand before the configuration is known, and of one class for the whole process.
 *
 * @param lockMs how long a lock lasts without being renewed, in milliseconds
 */
export function workerClassWithLock(lockMs: number): typeof Worker {
  return class JobWorker extends Worker {
    constructor(name: string, processor: Processor, options: WorkerOptions) {
      const stalledInterval = Math.ceil(lockMs / STALLED_CHECKS_A_LOCK);
      super(name, processor, { ...options, lockDuration: lockMs, stalledInterval });
    }
  };
}
