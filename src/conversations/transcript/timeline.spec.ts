import { describe, expect, it } from '@jest/globals';
import { positionChunks } from './timeline.js';

describe('placing chunks', () => {
  it('lets others have their turn between two chunks', async () => {
    const chunk = { id: 'a-chunk', position: 0, transcript: 'A text.', durationSeconds: 1, words: null };
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await positionChunks(Array.from({ length: 20 }, () => chunk));
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(20);
  });
});
