import { describe, expect, it } from 'vitest';
import { SeededRandom } from './seeded-random.js';

const draw = (random: SeededRandom, count = 5) => Array.from({ length: count }, () => random.next());

describe('seeded random numbers', () => {
  it('are the same for the same seed, and again after a restart', () => {
    const random = new SeededRandom(42);
    const numbers = draw(random);
    expect(draw(new SeededRandom(42))).toEqual(numbers);
    expect(draw(new SeededRandom(43))).not.toEqual(numbers);
    random.restart();
    expect(draw(random)).toEqual(numbers);
  });

  it('spread evenly from 0 to 1', () => {
    const numbers = draw(new SeededRandom(1), 10_000);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const tenths = numbers.map((number) => Math.floor(number * 10));
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const share = tenths.filter((each) => each === tenth).length / numbers.length;
      expect(share).toBeGreaterThan(0.09);
      expect(share).toBeLessThan(0.11);
    }
  });

  it('lie between their bounds', () => {
    const random = new SeededRandom(5);
    const numbers = Array.from({ length: 100 }, () => random.between(30, 180));
    expect(numbers.every((number) => number >= 30 && number < 180)).toBe(true);
  });
});
