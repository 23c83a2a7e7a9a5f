import { beforeEach, describe, expect, it } from 'vitest';
import { SleepWatch } from './sleep-watch.js';

const NOW = Date.parse('2026-01-02T00:00:00.000Z');
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

let watch: SleepWatch;

beforeEach(() => {
  watch = new SleepWatch();
});

/** Checks the job in a new pass, this long after the first one by a correct clock. */
function overslept(afterMs: number, job: Partial<Parameters<SleepWatch['hasOverslept']>[0]> = {}): boolean {
  watch.beginPass();
  const sleeping = {
    id: 'a',
    delay: MINUTE_MS,
    timestamp: NOW,
    processedOn: NOW,
    attemptsStarted: 1,
    ...job,
  };
  return watch.hasOverslept(sleeping, { nowMs: NOW + afterMs, monotonicMs: afterMs });
}

describe('a sleeping job', () => {
  it('has not overslept while its pause lasts', () => {
    expect([0, 30_000, MINUTE_MS].map((ms) => overslept(ms))).toEqual([false, false, false]);
  });

  it('has overslept when it is still there after its pause', () => {
    expect([0, MINUTE_MS + 1].map((ms) => overslept(ms))).toEqual([false, true]);
  });

  it('has a new pause after each run', () => {
    expect([overslept(0), overslept(70_000, { attemptsStarted: 2 })]).toEqual([false, false]);
    expect(overslept(140_000, { attemptsStarted: 2 })).toBe(true);
  });

  it('is forgotten when it was missing in between', () => {
    overslept(0);
    watch.beginPass();
    expect(overslept(70_000)).toBe(false);
  });

  it.each([
    ['run', { processedOn: NOW + DAY_MS }],
    ['added', { timestamp: NOW + DAY_MS, processedOn: undefined }],
  ])('has overslept at the first check when it was %s tomorrow', (_name, job) => {
    expect(overslept(0, job)).toBe(true);
  });

  it('has not overslept when clocks differ by seconds, nor when it does not sleep', () => {
    expect(overslept(0, { processedOn: NOW + 10_000 })).toBe(false);
    expect(overslept(0, { delay: 0, processedOn: NOW + DAY_MS })).toBe(false);
  });
});
