import type { WorkerOptions } from 'bullmq';
import { backoffMs } from '../providers/backoff.js';
import { ProviderUnavailableError } from '../providers/provider-error.js';

export const PROVIDER_BACKOFF = 'provider';

/** BullMQ fails a job after this many stalls in its lifetime; a check survives many deploys. */
const MAX_STALLED_COUNT = 1_000_000;
const DRAIN_DELAY_SECONDS = 5;
/**
 * The default of 15 s after a refused connection would be noticed after each restart of the store.
 */
const RUN_RETRY_DELAY_MS = 1_000;

/** Options of all workers; concurrency and lock duration follow from the configuration. */
export const WORKER_OPTIONS: Omit<WorkerOptions, 'connection'> = {
  // The processor starts it once it is connected: a worker whose first connection breaks remembers
  // that forever, and polls for jobs in a loop that blocks the rest of the process.
  autorun: false,
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
