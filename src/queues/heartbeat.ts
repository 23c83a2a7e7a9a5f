import type { Queue } from 'bullmq';

/** A job that does nothing but arrive. */
export const HEARTBEAT = 'heartbeat';

/** A LISTEN connection that died silently is noticed at the next delayed job; with this one, that is soon. */
const HEARTBEAT_EVERY_MS = 5_000;

/**
 * Makes sure that a queue on PostgreSQL has its heartbeat. One caller at a time: concurrent upserts of one scheduler
 * can deadlock.
 */
export async function ensureHeartbeat(queue: Queue): Promise<void> {
  await queue.upsertJobScheduler(
    HEARTBEAT,
    { every: HEARTBEAT_EVERY_MS },
    { name: HEARTBEAT, data: {}, opts: { removeOnComplete: true, removeOnFail: true } },
  );
}
