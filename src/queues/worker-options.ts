import type { WorkerOptions } from 'bullmq';
import { backoffMs } from '../providers/backoff.js';
import { ProviderUnavailableError } from '../providers/provider-error.js';

export const PROVIDER_BACKOFF = 'provider';

/** BullMQ counts stalls over a job's whole life and then fails it; a sleeping check may live through many deploys. */
const MAX_STALLED_COUNT = 1_000_000;
const DRAIN_DELAY_SECONDS = 5;
/** The default of 15 s after a refused connection would be felt after every restart of the store. */
const RUN_RETRY_DELAY_MS = 1_000;

/** Options that all workers share; concurrency and lock come from the configuration once that is known. */
export const WORKER_OPTIONS: Omit<WorkerOptions, 'connection'> = {
  // Its processor runs it once it is connected: a worker whose first connection breaks remembers that for ever, and asks for a
  // job again and again without ever letting anything else of the process run.
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
