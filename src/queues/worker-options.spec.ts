import { describe, expect, it } from 'vitest';
import type { MinimalJob } from 'bullmq';
import { ProviderUnavailableError } from '../providers/provider-error.js';
import { PROVIDER_BACKOFF, WORKER_OPTIONS } from './worker-options.js';

const BASE_MS = 100;

/** The part of a job that a backoff strategy reads. */
const job = { opts: { backoff: { type: PROVIDER_BACKOFF, delay: BASE_MS } } } as unknown as MinimalJob;

function pauseMs(failures: number, error: Error = new Error('a fault')): number {
  const pause = WORKER_OPTIONS.settings?.backoffStrategy?.(failures, PROVIDER_BACKOFF, error, job);
  if (typeof pause !== 'number') throw new TypeError('the strategy returned no number');
  return pause;
}

const asksFor = (retryAfterMs?: number) =>
  new ProviderUnavailableError('busy', {
    provider: 'gemini',
    code: 'throttled',
    ambiguous: false,
    retryAfterMs,
  });

describe('the pause before a job is tried again', () => {
  it.each([
    [1, 50, 100],
    [2, 100, 200],
    [3, 200, 400],
    [6, 1_600, 3_200],
    [50, 30_000, 60_000],
  ])('doubles with each failure, half of it random, a minute at most (failure %i)', (failures, min, max) => {
    const pauses = Array.from({ length: 50 }, () => pauseMs(failures));

    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(min);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(max);
    expect(new Set(pauses).size).toBeGreaterThan(1);
  });

  it('is as long as the provider asks for, where that is longer', () => {
    expect(pauseMs(1, asksFor(5_000))).toBe(5_000);
    expect(pauseMs(1, asksFor(600_000))).toBe(600_000);
    expect(pauseMs(6, asksFor(10))).toBeGreaterThanOrEqual(1_600);
    expect(pauseMs(1, asksFor(undefined))).toBeLessThanOrEqual(100);
  });

  it('is an error for an unknown kind of backoff', () => {
    expect(() => WORKER_OPTIONS.settings?.backoffStrategy?.(1, 'other', new Error('a fault'), job)).toThrow(
      'no backoff strategy other',
    );
  });
});

describe('the locks of workers', () => {
  it('let a dead worker’s job run again within half a minute', () => {
    const { lockDuration = 0, stalledInterval = 0 } = WORKER_OPTIONS;

    expect(lockDuration + 2 * stalledInterval).toBeLessThanOrEqual(30_000);
  });

  it('never fail a job because its workers died, as a check survives many of them', () => {
    expect(WORKER_OPTIONS.maxStalledCount).toBeGreaterThanOrEqual(1_000_000);
  });
});
