import { SeededRandom } from '../../simulator/seeded-random.js';
import { pick } from './adversarial-text.js';

/** Seeded random numbers with integers, picks from a list, and picks by weight. */
export class WeightedRandom extends SeededRandom {
  /** @returns an integer from `min` to `max`, both inclusive */
  integer(min: number, max: number): number {
    return Math.floor(min + this.next() * (max - min + 1));
  }

  pick<T>(items: readonly T[]): T {
    return pick(this, items);
  }

  /** Picks a key by its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return this.pick(entries)[0];
  }
}
