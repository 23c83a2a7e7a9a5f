import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { yieldToEventLoop } from './yield-to-event-loop.js';

describe('a turn of the event loop', () => {
  it('is given to one who waits for it, in the order of their coming', async () => {
    const taken: string[] = [];
    const take = async (name: string): Promise<void> => {
      await yieldToEventLoop();
      taken.push(name);
    };
    const all = Promise.all([take('first'), take('second'), take('third')]);
    const counts: number[] = [];

    while (taken.length < 3) {
      await nextIteration();
      counts.push(taken.length);
    }
    await all;

    expect(taken).toEqual(['first', 'second', 'third']);
    expect(counts).toEqual(expect.arrayContaining([1, 2, 3]));
  });
});
