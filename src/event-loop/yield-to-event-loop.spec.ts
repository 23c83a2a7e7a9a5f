import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { yieldForLongText, yieldToEventLoop } from './yield-to-event-loop.js';

describe('yieldToEventLoop', () => {
  it('resumes one caller per iteration, in the order of the calls', async () => {
    const resumed: string[] = [];
    const resume = async (name: string): Promise<void> => {
      await yieldToEventLoop();
      resumed.push(name);
    };
    const all = Promise.all([resume('first'), resume('second'), resume('third')]);
    const counts: number[] = [];

    while (resumed.length < 3) {
      await nextIteration();
      counts.push(resumed.length);
    }
    await all;

    expect(resumed).toEqual(['first', 'second', 'third']);
    expect(counts).toEqual(expect.arrayContaining([1, 2, 3]));
  });

  it.each([
    ['short', 50_000, 0],
    ['long', 50_001, 1],
  ])('is waited for between steps on a %s text as often as needed', async (_what, chars, iterations) => {
    let passed = 0;
    const counting = setImmediate(() => {
      passed += 1;
    });

    await yieldForLongText(chars);

    expect(passed).toBe(iterations);
    clearImmediate(counting);
  });
});
