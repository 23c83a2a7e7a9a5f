import type { WorkerOptions } from 'bullmq';
import { backoffMs } from '../providers/backoff.js';
import { ProviderUnavailableError } from '../providers/provider-error.js';

export const PROVIDER_BACKOFF = 'provider';

/** A job of a dead worker runs again after at most lock + 2 x stalled interval, 25 s. */
const LOCK_DURATION_MS = 15_000;
const STALLED_INTERVAL_MS = 5_000;
/** BullMQ counts stalls over a job's whole life and then fails it; a sleeping check may live through many deploys. */
const MAX_STALLED_COUNT = 1_000_000;
const DRAIN_DELAY_SECONDS = 5;
/** The default of 15 s after a refused connection would be felt after every restart of the store. */
const RUN_RETRY_DELAY_MS = 1_000;

/** What all workers share; the concurrency comes from the configuration once that is known. */
export const WORKER_OPTIONS: Omit<WorkerOptions, 'connection'> = {
  // Its processor runs it once it is connected: a worker whose first connection breaks remembers that for ever, and asks for a
  // job again and again without ever letting anything else of the process run.
  autorun: false,
  lockDuration: LOCK_DURATION_MS,
  stalledInterval: STALLED_INTERVAL_MS,
  maxStalledCount: MAX_STALLED_COUNT,
  drainDelay: DRAIN_DELAY_SECONDS,
  runRetryDelay: RUN_RETRY_DELAY_MS,
  settings: {
    backoffStrategy: (failures, type, error, job) => {
      if (type !== PROVIDER_BACKOFF) throw new TypeError(`no backoff strategy ${String(type)}`);
      const backoff = job?.opts.backoff;
      return backoffMs({
        baseMs: typeof backoff === 'object' ? (backoff.delay ?? 0) : 0,
        failures,
        retryAfterMs: error instanceof ProviderUnavailableError ? error.retryAfterMs : undefined,
      });
    },
  },
};
