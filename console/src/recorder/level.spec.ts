import { describe, expect, it } from 'vitest';
import { levelOf } from './level';

const of = (sample: number) => levelOf(new Float32Array(512).fill(sample));

describe('the level of sound', () => {
  it('is between 0 for silence and 1 for the loudest', () => {
    expect(of(0)).toBe(0);
    expect(of(0.0001)).toBe(0);
    expect(of(1)).toBe(1);
  });

  it('grows evenly with the decibels', () => {
    // 0.1 is 20 dB below the loudest, 0.01 is 40.
    expect(of(0.1)).toBeCloseTo(2 / 3);
    expect(of(-0.01)).toBeCloseTo(1 / 3);
  });
});
