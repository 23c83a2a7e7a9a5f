import type { Queue } from 'bullmq';

/** Name of a job that does nothing. */
export const HEARTBEAT = 'heartbeat';

/**
 * A LISTEN connection that died silently is noticed at the next delayed job: soon, with this one.
 */
const HEARTBEAT_EVERY_MS = 5_000;

/**
 * Ensures the heartbeat of a queue on PostgreSQL. Concurrent upserts of one scheduler can deadlock.
 */
export async function ensureHeartbeat(queue: Queue): Promise<void> {
  await queue.upsertJobScheduler(
    HEARTBEAT,
    { every: HEARTBEAT_EVERY_MS },
    { name: HEARTBEAT, data: {}, opts: { removeOnComplete: true, removeOnFail: true } },
  );
}
