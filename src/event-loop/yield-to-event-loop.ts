import { setImmediate as nextIteration } from 'node:timers/promises';

/** About an hour of speech. Each step on a shorter text takes about a millisecond. */
const LONG_TEXT_CHARS = 50_000;

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

/**
 * Yields to the event loop between two steps on a long text. A short text goes on at once: with
 * many jobs at the same time, each iteration that one of them waits for is one in which others
 * gather.
 */
export async function yieldForLongText(chars: number): Promise<void> {
  if (chars > LONG_TEXT_CHARS) await yieldToEventLoop();
}
