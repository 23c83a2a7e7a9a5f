import type { Metrics } from '../observability/metrics.js';
import { JOB_KINDS, QUEUE_NAMES } from './job-catalogue.js';
import type { JobQueues } from './job-queues.js';

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;
const MS_PER_SECOND = 1_000;

export interface QueueFigures {
  name: string;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  /** Age of the oldest job that waits for a worker, since it was made; 0 when none waits. */
  oldestWaitingSeconds: number;
}

/** Reads the depth and the oldest waiting job of every queue. */
export async function readQueues(queues: JobQueues): Promise<QueueFigures[]> {
  return Promise.all(
    JOB_KINDS.map(async (kind) => {
      const queue = queues.queue(kind);
      const [counts, [oldest]] = await Promise.all([
        queue.getJobCounts(...STATES),
        queue.getJobs(['waiting'], 0, 0, true),
      ]);
      const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
      const ageMs = oldest === undefined ? 0 : Date.now() - oldest.timestamp;
      const oldestWaitingSeconds = Math.max(ageMs, 0) / MS_PER_SECOND;
      return { name: QUEUE_NAMES[kind], waiting, active, delayed, failed, oldestWaitingSeconds };
    }),
  );
}

/** Updates the metrics of the queues at each scrape. */
export function collectQueueMetrics(metrics: Metrics, queues: JobQueues): void {
  metrics.collectOnScrape(async () => {
    for (const figures of await readQueues(queues)) {
      const labels = { queue: figures.name };
      for (const state of STATES) metrics.queueDepth.set({ ...labels, state }, figures[state]);
      metrics.queueOldestSeconds.set(labels, figures.oldestWaitingSeconds);
    }
  });
}
