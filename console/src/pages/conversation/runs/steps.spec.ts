import { describe, expect, it } from 'vitest';
import type { ProcessingEvent } from '../../../api/conversation-types';
import { spanOf, stepsOf } from './steps';

const CREATED = '2026-11-27T10:00:00.000Z';

function at(ms: number): string {
  return new Date(Date.parse(CREATED) + ms).toISOString();
}

function entry(job: ProcessingEvent['job'], event: ProcessingEvent['event'], ms: number): ProcessingEvent {
  return {
    chunkId: 'chunk',
    submissionId: null,
    job,
    event,
    durationMs: null,
    message: event === 'failed' ? 'overloaded' : null,
    at: at(ms),
  };
}

describe('the steps of a chunk', () => {
  const steps = stepsOf(
    [
      entry('submit', 'started', 10),
      entry('submit', 'completed', 500),
      entry('check', 'started', 3_500),
      entry('check', 'completed', 3_600),
      entry('correct', 'started', 3_610),
      entry('correct', 'failed', 5_600),
      entry('correct', 'started', 7_600),
    ],
    CREATED,
  );

  it('are its jobs, with the sleep before a check and the wait before others', () => {
    const start = Date.parse(CREATED);
    expect(
      steps.map(({ kind, state, startMs, endMs }) => [kind, state, startMs - start, endMs && endMs - start]),
    ).toEqual([
      ['submit', 'completed', 10, 500],
      ['asleep', 'completed', 500, 3_500],
      ['check', 'completed', 3_500, 3_600],
      ['correct', 'failed', 3_610, 5_600],
      ['waiting', 'completed', 5_600, 7_600],
      ['correct', 'running', 7_600, null],
    ]);
  });

  it('keep the reason of a failure', () => {
    expect(steps.map(({ message }) => message).filter((message) => message !== null)).toEqual(['overloaded']);
  });

  it('begin where their end says, when their start was lost', () => {
    const [step] = stepsOf([{ ...entry('submit', 'completed', 900), durationMs: 880 }], CREATED);
    expect(step?.startMs).toBe(Date.parse(CREATED) + 20);
  });

  it('are one step for parts that are corrected side by side, until one of them fails', () => {
    const of = (submissionId: string, durationMs: number | null, one: ProcessingEvent) => ({
      ...one,
      submissionId,
      durationMs,
    });
    const parts = stepsOf(
      [
        of('a', null, entry('correct', 'started', 0)),
        of('a', null, entry('correct', 'started', 10)),
        of('a', 990, entry('correct', 'completed', 1_000)),
        of('a', null, entry('correct', 'started', 1_020)),
        of('a', 1_500, entry('correct', 'completed', 1_500)),
        of('a', 480, entry('correct', 'failed', 1_500)),
      ],
      CREATED,
    );
    const start = Date.parse(CREATED);
    expect(
      parts.map(({ state, jobs, startMs, endMs }) => [state, jobs, startMs - start, endMs && endMs - start]),
    ).toEqual([
      ['completed', 2, 0, 1_500],
      ['failed', 1, 1_020, 1_500],
    ]);
  });

  it('share one timeline, on which a running one lasts until now', () => {
    const now = Date.parse(CREATED) + 10_010;
    const [first, last] = [steps[0], steps.at(-1)];
    if (first === undefined || last === undefined) throw new Error('there are steps');
    expect(spanOf(first, steps, now).left).toBe(0);
    expect(spanOf(first, steps, now).width).toBeCloseTo(4.9);
    expect(spanOf(last, steps, now).left).toBeCloseTo(75.9);
    expect(spanOf(last, steps, now).width).toBeCloseTo(24.1);
  });
});
