import { describe, expect, it } from 'vitest';
import { endOf } from './model-end';

describe('the end of a model', () => {
  const now = Date.parse('2026-11-27T12:00:00Z');

  it.each([
    [null, { kind: 'unknown' }],
    ['2027-03-31', { kind: 'later', on: '2027-03-31' }],
    ['2027-01-26', { kind: 'soon', on: '2027-01-26', days: 60 }],
    ['2026-11-28', { kind: 'soon', on: '2026-11-28', days: 1 }],
    ['2026-11-27', { kind: 'ended', on: '2026-11-27' }],
    ['2025-01-01', { kind: 'ended', on: '2025-01-01' }],
  ])('on %s', (endsOn, end) => {
    expect(endOf({ endsOn }, now)).toEqual(end);
  });
});
