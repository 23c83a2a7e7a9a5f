import { describe, expect, it } from 'vitest';
import type { Reading } from '../providers/assemblyai/read-transcript.js';
import { decideAfterCheck, overdue, type Verdict } from './decide-after-check.js';

const TIMEOUT_MS = 60_000;
const IN_TIME_MS = TIMEOUT_MS;
const LATE_MS = TIMEOUT_MS + 1;

const text: Reading = { kind: 'text', text: 'Good evening.', raw: {} };
const silence: Reading = { kind: 'text', text: '', raw: {} };
const running: Reading = { kind: 'running' };
const noSpeech: Reading = { kind: 'failed', reason: 'no_speech', canResubmit: false, message: 'no speech' };
const theirFault: Reading = {
  kind: 'failed',
  reason: 'provider_fault',
  canResubmit: true,
  message: 'their fault',
};

describe('the verdict after a check', () => {
  it.each<[string, Reading, number, Verdict]>([
    ['a text is recorded', text, IN_TIME_MS, { kind: 'record', reading: text }],
    ['a text is recorded even after the timeout', text, LATE_MS, { kind: 'record', reading: text }],
    ['an empty text is a text', silence, IN_TIME_MS, { kind: 'record', reading: silence }],
    ['the check sleeps while a transcript is running', running, IN_TIME_MS, { kind: 'sleep' }],
    [
      'a running transcript is given up after the timeout',
      running,
      LATE_MS,
      { kind: 'fail', ...overdue(TIMEOUT_MS) },
    ],
    [
      'a failure of the recording is final',
      noSpeech,
      IN_TIME_MS,
      { kind: 'fail', error: 'no speech', errorCode: 'no_speech' },
    ],
    [
      'a failure of the provider is submitted again',
      theirFault,
      IN_TIME_MS,
      { kind: 'resubmit', error: 'their fault', errorCode: 'provider_fault' },
    ],
    [
      'a failure of the provider is final after the timeout',
      theirFault,
      LATE_MS,
      { kind: 'fail', error: 'their fault', errorCode: 'provider_fault' },
    ],
  ])('%s', (_rule, reading, ageMs, verdict) => {
    expect(decideAfterCheck({ ageMs }, reading, TIMEOUT_MS)).toEqual(verdict);
  });
});

describe('the error of a submission that timed out', () => {
  it('contains the timeout and the error of the last check', () => {
    expect(overdue(90_000)).toEqual({
      error: 'AssemblyAI did not finish the transcript within 90 s; try the chunk again.',
      errorCode: 'timeout',
    });
    expect(overdue(90_000, 'it was down.').error).toMatch(
      /within 90 s.*The last check failed: it was down\.$/,
    );
  });
});
