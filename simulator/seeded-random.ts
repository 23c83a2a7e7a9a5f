import { createHash } from 'node:crypto';

/** 2^32: mulberry32 generates 32-bit numbers, callers need 0 to 1. */
const TWO_TO_32 = 4_294_967_296;

/** The step of mulberry32 (public domain, Tommy Ettinger), on which its period depends. */
const MULBERRY_STEP = 0x6d2b79f5;

/**
 * Generates random numbers that repeat with their seed, so that a run with faults can be repeated.
 * Ids never come from here: a service that outlives the simulator would receive the same id twice.
 */
export class SeededRandom {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** @returns 0 (inclusive) to 1 (exclusive) */
  next(): number {
    this.state = (this.state + MULBERRY_STEP) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / TWO_TO_32;
  }

  between(min: number, max: number): number {
    return min + (max - min) * this.next();
  }

  /** Restarts the sequence of numbers. */
  restart(): void {
    this.state = this.seed >>> 0;
  }

  /** Returns the same hex digits for the same seed and key, whatever was drawn before. */
  digest(key: string): string {
    return createHash('sha256').update(`${this.seed}:${key}`).digest('hex');
  }
}
