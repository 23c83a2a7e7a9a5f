import { describe, expect, it } from 'vitest';
import { positionChunks } from './timeline.js';

describe('positionChunks', () => {
  it('yields to the event loop between two chunks', async () => {
    const chunk = { id: 'a-chunk', position: 0, transcript: 'A text.', durationSeconds: 1, words: null };
    let iterations = 0;
    let isDone = false;
    const count = (): void => {
      iterations += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await positionChunks(Array.from({ length: 20 }, () => chunk));
    isDone = true;
    expect(iterations).toBeGreaterThanOrEqual(20);
  });
});
