import { yieldToEventLoop } from '../event-loop/yield-to-event-loop.js';

/**
 * A computation in steps of at most some milliseconds each. `finish` runs it to its end at once;
 * `finishInSteps` yields to the event loop in between. Both give the same result.
 */
export type Steps<Result> = Generator<void, Result, void>;

/** Longest time without yielding to the event loop, short enough for other requests. */
const MAX_BLOCKING_MS = 25;

export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Runs short work at once, and yields to the event loop every `MAX_BLOCKING_MS` during long work.
 */
export async function finishInSteps<Result>(steps: Steps<Result>): Promise<Result> {
  let startMs = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - startMs < MAX_BLOCKING_MS) continue;
    await yieldToEventLoop();
    startMs = performance.now();
  }
}
