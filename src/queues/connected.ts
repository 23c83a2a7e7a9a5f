import { inTime } from '../deadlines/in-time.js';

/**
 * Waits until a queue or worker has its connections. BullMQ tries the first one once and remembers how it went: after this, later
 * breaks are mended by themselves.
 *
 * @param timeoutMs how long a start waits for it
 * @throws Error when it cannot connect, or not in time; the object is of no use then
 */
export async function connected(
  kind: string,
  object: { waitUntilReady(): Promise<unknown> },
  timeoutMs: number,
): Promise<void> {
  try {
    await inTime(object.waitUntilReady(), timeoutMs, () => new Error('no answer in time'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the ${kind} queue cannot be reached: ${reason}; look at DATABASE_URL or REDIS_URL, and start again`,
      { cause: error },
    );
  }
}
