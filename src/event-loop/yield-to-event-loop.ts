import { setImmediate as nextIteration } from 'node:timers/promises';

let lastTaken: Promise<void> = Promise.resolve();

/**
 * Waits for a turn of the event loop that nobody else has who waits here. Long computations that go on together would otherwise
 * all go on in each turn, and hold up requests for the sum of their times.
 */
export function yieldToEventLoop(): Promise<void> {
  lastTaken = lastTaken.then(() => nextIteration());
  return lastTaken;
}
