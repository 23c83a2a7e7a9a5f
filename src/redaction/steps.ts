import { yieldToEventLoop } from '../event-loop/yield-to-event-loop.js';

/**
 * A computation in steps, each of some milliseconds at most. It gives the same result however it is
 * run: `finish` runs it to its end, `finishInSteps` lets the event loop go on in between.
 */
export type Steps<Result> = Generator<void, Result, void>;

/** So long may a text hold the event loop: a request that comes meanwhile hardly notices. */
const TURN_MS = 25;

export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Runs short work at once, and lets long work give way to the event loop every `TURN_MS`. */
export async function finishInSteps<Result>(steps: Steps<Result>): Promise<Result> {
  let began = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - began < TURN_MS) continue;
    await yieldToEventLoop();
    began = performance.now();
  }
}
