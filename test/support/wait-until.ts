import { setTimeout as pause } from 'node:timers/promises';

const POLL_INTERVAL_MS = 20;
const DEFAULT_DEADLINE_MS = 45_000;

/**
 * Waits until `read` returns a value that `holds`, and returns it.
 *
 * @throws Error that shows the last value when that does not happen in time
 */
export async function waitUntil<T>(
  read: () => Promise<T>,
  holds: (value: T) => boolean,
  deadlineMs = DEFAULT_DEADLINE_MS,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > end) {
      throw new Error(`it did not come true within ${deadlineMs} ms; last seen: ${JSON.stringify(value)}`);
    }
    await pause(POLL_INTERVAL_MS);
  }
}
