import { beforeEach, describe, expect, it } from '@jest/globals';
import { SleepWatch } from './sleep-watch.js';

const NOW = Date.parse('2026-01-02T00:00:00.000Z');
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

let watch: SleepWatch;

beforeEach(() => {
  watch = new SleepWatch();
});

/** Looks so long after the first time, in a pass of its own, by a clock that is right. */
function look(afterMs: number, job: Partial<Parameters<SleepWatch['hasOverslept']>[0]> = {}): boolean {
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
    expect([0, 30_000, MINUTE_MS].map((ms) => look(ms))).toEqual([false, false, false]);
  });

  it('has overslept when it is still there after its pause', () => {
    expect([0, MINUTE_MS + 1].map((ms) => look(ms))).toEqual([false, true]);
  });

  it('has a new pause after each run', () => {
    expect([look(0), look(70_000, { attemptsStarted: 2 })]).toEqual([false, false]);
    expect(look(140_000, { attemptsStarted: 2 })).toBe(true);
  });

  it('is not remembered when it was gone in between', () => {
    look(0);
    watch.beginPass();
    expect(look(70_000)).toBe(false);
  });

  it.each([
    ['run', { processedOn: NOW + DAY_MS }],
    ['added', { timestamp: NOW + DAY_MS, processedOn: undefined }],
  ])('has overslept at the first look when it was %s tomorrow', (_name, job) => {
    expect(look(0, job)).toBe(true);
  });

  it('has not overslept for seconds by which clocks differ, nor when it does not sleep', () => {
    expect(look(0, { processedOn: NOW + 10_000 })).toBe(false);
    expect(look(0, { delay: 0, processedOn: NOW + DAY_MS })).toBe(false);
  });
});
