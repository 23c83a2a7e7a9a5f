import { setImmediate as nextIteration } from 'node:timers/promises';

let lastYield: Promise<void> = Promise.resolve();

/**
 * Waits for an iteration of the event loop in which no other caller of this function resumes.
 * Otherwise concurrent long computations would all continue in each iteration, and delay requests
 * by the sum of their times.
 */
export function yieldToEventLoop(): Promise<void> {
  lastYield = lastYield.then(() => nextIteration());
  return lastYield;
}
