import { errorMessage } from '../errors/error-message.js';
import { inTime } from '../deadlines/in-time.js';

/**
 * Waits until a queue or worker is connected. BullMQ makes the first attempt only once and
 * remembers its outcome; it repairs later breaks itself.
 *
 * @param timeoutMs milliseconds to wait for the connection
 * @throws Error when it cannot connect, or not in time; the object is unusable then
 */
export async function awaitConnection(
  kind: string,
  object: { waitUntilReady(): Promise<unknown> },
  timeoutMs: number,
): Promise<void> {
  try {
    await inTime(object.waitUntilReady(), timeoutMs, () => new Error('no answer in time'));
  } catch (error) {
    const reason = errorMessage(error);
    throw new Error(
      `the ${kind} queue cannot be reached: ${reason}; check DATABASE_URL or REDIS_URL, and start again`,
      { cause: error },
    );
  }
}
