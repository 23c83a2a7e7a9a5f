import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceApi } from '../../commands/service/service-api.js';
import type { ServiceProcess } from '../../commands/service/service-process.js';
import { parseMetrics, total, type Sample } from './metrics.js';

/** Time in which connections of a burst are closed, and its last jobs are reported. */
const SETTLE_MS = 3_000;
const POLL_INTERVAL_MS = 250;
/**
 * Each collection may free what the previous one made unreachable (weak references, finalizers).
 */
const COLLECTIONS = 3;

/** Environment of a service that `measureMemory` can measure. */
export const MEASURABLE = {
  NODE_OPTIONS: `--import=${new URL('collect-garbage.js', import.meta.url).href}`,
};

export interface ServiceMemory {
  rssBytes: number;
  /** Live objects of the JavaScript heap, right after a full collection. */
  heapBytes: number;
  /** Buffers outside of the heap. */
  externalBytes: number;
}

/** Measures the memory of the service once it has settled and collected its garbage. */
export async function measureMemory(api: ServiceApi, service: ServiceProcess): Promise<ServiceMemory> {
  await pause(SETTLE_MS);
  let samples = await scrape(api);
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    const before = majorCollections(samples);
    // Requested until it shows: the service counts only the first of several collections at the
    // same time.
    while (majorCollections(samples) === before) {
      if (service.pid !== undefined) process.kill(service.pid, 'SIGUSR2');
      await pause(POLL_INTERVAL_MS);
      samples = await scrape(api);
    }
  }
  return {
    rssBytes: total(samples, 'process_resident_memory_bytes'),
    heapBytes: total(samples, 'nodejs_heap_size_used_bytes'),
    externalBytes: total(samples, 'nodejs_external_memory_bytes'),
  };
}

/** Returns the processor time, in seconds, that the service has used so far. */
export async function cpuSeconds(api: ServiceApi): Promise<number> {
  return total(await scrape(api), 'process_cpu_seconds_total');
}

async function scrape(api: ServiceApi): Promise<Sample[]> {
  return parseMetrics(await api.metrics());
}

function majorCollections(samples: readonly Sample[]): number {
  return total(samples, 'nodejs_gc_duration_seconds_count', { kind: 'major' });
}
