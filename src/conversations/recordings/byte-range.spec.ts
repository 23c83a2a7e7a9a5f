import { describe, expect, it } from 'vitest';
import { isSingleRange, parseRange } from './byte-range.js';

const BYTES = 1_000;

describe('a Range header', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=0-499', { start: 0, end: 499 }],
    ['bytes=500-', { start: 500, end: 999 }],
    ['bytes=999-', { start: 999, end: 999 }],
    ['bytes=500-5000', { start: 500, end: 999 }],
    ['bytes=-1', { start: 999, end: 999 }],
    ['bytes=-5000', { start: 0, end: 999 }],
    ['Bytes= 1-2 ', { start: 1, end: 2 }],
    [`bytes=0-${'9'.repeat(400)}`, { start: 0, end: 999 }],
  ])('selects a part: %s', (header, range) => {
    expect(parseRange(header, BYTES)).toEqual(range);
  });

  it.each(['bytes=1000-', 'bytes=1000-2000', 'bytes=-0', `bytes=${'9'.repeat(400)}-`])(
    'cannot be satisfied: %s',
    (header) => {
      expect(parseRange(header, BYTES)).toBe('unsatisfiable');
    },
  );

  it.each([
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=a-b',
    'bytes=0-1,3-4',
    'bytes=0x1-2',
    'items=0-1',
    'bytes=--1',
    'bytes=1-2-3',
  ])('means the whole when it is malformed, of another unit, or of several ranges: %s', (header) => {
    expect(parseRange(header, BYTES)).toBeUndefined();
  });

  it('is passed on to another server only when it is one range', () => {
    expect(['bytes=0-1', 'bytes=5-', 'bytes=-5'].map(isSingleRange)).toEqual([true, true, true]);
    expect(['bytes=0-1,3-4', 'bytes=-', 'items=0-1', ''].map(isSingleRange)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
