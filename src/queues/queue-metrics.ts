import type { Metrics } from '../observability/metrics.js';
import { JOB_KINDS, QUEUE_NAMES } from './job-catalogue.js';
import type { JobQueues } from './job-queues.js';

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

/** Reads, at each scrape, the depth and the oldest waiting job of every queue. */
export function collectQueueMetrics(metrics: Metrics, queues: JobQueues): void {
  metrics.collectOnScrape(async () => {
    await Promise.all(
      JOB_KINDS.map(async (kind) => {
        const queue = queues.queue(kind);
        const labels = { queue: QUEUE_NAMES[kind] };
        const [counts, [oldest]] = await Promise.all([
          queue.getJobCounts(...STATES),
          queue.getJobs(['waiting'], 0, 0, true),
        ]);
        for (const state of STATES) metrics.queueDepth.set({ ...labels, state }, counts[state] ?? 0);
        const ageMs = oldest === undefined ? 0 : Date.now() - oldest.timestamp;
        metrics.queueOldestSeconds.set(labels, Math.max(ageMs, 0) / 1_000);
      }),
    );
  });
}
