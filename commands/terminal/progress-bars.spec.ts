import { describe, expect, it } from 'vitest';
import { positionOf } from './progress-bars.js';
import { CHUNK_STATES } from './progress.js';

describe('the position of a bar', () => {
  it('rises during a state and with each state, and reaches the end only when the chunk is completed', () => {
    const times = [0, 100, 1_000, 10_000];
    const positions = CHUNK_STATES.flatMap((status) => times.map((forMs) => positionOf(status, forMs)));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(positions.indexOf(100)).toBe(positions.length - times.length);
    expect(positions.at(-1)).toBe(100);
  });
});
