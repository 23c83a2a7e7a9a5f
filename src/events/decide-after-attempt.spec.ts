import { describe, expect, it } from 'vitest';
import { decideAfterAttempt, type AttemptResult } from './decide-after-attempt.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const answered = (status: number, retryAfterMs?: number): AttemptResult => ({
  status,
  error: null,
  retryAfterMs,
});
const fresh = { attempts: 1, leftMs: DAY_MS, baseMs: 1_000 };

describe('after an attempt to deliver an event', () => {
  it.each([200, 201, 202, 204, 299])('%i means that it is delivered', (status) => {
    expect(decideAfterAttempt(answered(status), fresh)).toEqual({ kind: 'delivered' });
  });

  it('410 means that the endpoint wants no more events', () => {
    expect(decideAfterAttempt(answered(410), fresh)).toEqual({ kind: 'gone' });
  });

  it.each([301, 302, 307, 400, 401, 403, 404, 429, 500, 503, 199, 600])('%i is tried again', (status) => {
    expect(decideAfterAttempt(answered(status), fresh)).toMatchObject({ kind: 'retry' });
  });

  it('no answer at all is tried again', () => {
    expect(decideAfterAttempt({ status: null, error: 'no answer' }, fresh)).toMatchObject({ kind: 'retry' });
  });

  it.each([
    [1, 2_500, 5_000],
    [2, 5_000, 10_000],
    [5, 40_000, 80_000],
    [10, 1_280_000, 2_560_000],
    [11, HOUR_MS / 2, HOUR_MS],
    [200, HOUR_MS / 2, HOUR_MS],
  ])(
    'the pause doubles with each attempt, half of it random, an hour at most (attempt %i)',
    (attempts, min, max) => {
      const pause = (random: number) =>
        decideAfterAttempt(answered(500), { ...fresh, attempts }, () => random);

      expect(pause(0)).toEqual({ kind: 'retry', delayMs: min });
      expect(pause(1)).toEqual({ kind: 'retry', delayMs: max });
    },
  );

  it('the pause is as long as the endpoint asks for, where that is longer', () => {
    expect(decideAfterAttempt(answered(429, 600_000), fresh)).toEqual({ kind: 'retry', delayMs: 600_000 });
    expect(decideAfterAttempt(answered(503, 1), fresh, () => 0)).toEqual({ kind: 'retry', delayMs: 2_500 });
  });

  it('the last attempt is at the end of the day, and none comes after', () => {
    const late = { ...fresh, attempts: 30 };

    expect(decideAfterAttempt(answered(500), { ...late, leftMs: 60_000 })).toEqual({
      kind: 'retry',
      delayMs: 60_000,
    });
    expect(decideAfterAttempt(answered(500), { ...late, leftMs: 0 })).toEqual({ kind: 'exhausted' });
    expect(decideAfterAttempt(answered(500), { ...late, leftMs: -5 })).toEqual({ kind: 'exhausted' });
    expect(decideAfterAttempt(answered(204), { ...late, leftMs: -5 })).toEqual({ kind: 'delivered' });
    expect(decideAfterAttempt(answered(410), { ...late, leftMs: -5 })).toEqual({ kind: 'gone' });
  });

  it('a day of failures takes about thirty attempts', () => {
    let [attempts, leftMs] = [0, DAY_MS];
    for (;;) {
      attempts += 1;
      const next = decideAfterAttempt(answered(503), { attempts, leftMs, baseMs: 1_000 });
      if (next.kind !== 'retry') break;
      leftMs -= next.delayMs;
    }
    expect(attempts).toBeGreaterThan(25);
    expect(attempts).toBeLessThan(70);
  });
});
