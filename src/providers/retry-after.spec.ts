import { describe, expect, it } from 'vitest';
import { parseRetryAfter, pauseOfHeaders } from './retry-after.js';

const NOW_MS = Date.parse('2026-03-23T10:00:00Z');

describe('a Retry-After header', () => {
  it.each<[unknown, number | undefined]>([
    ['7', 7_000],
    ['0.5', 500],
    ['-1', undefined],
    ['1e9', undefined],
    ['2026', 2_026_000],
    ['12 July', undefined],
    ['86400', 3_600_000],
    ['Mon, 23 Mar 2026 10:00:09 GMT', 9_000],
    ['Mon, 23 Mar 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j requests %j ms', (value, expected) => {
    expect(parseRetryAfter(value, NOW_MS)).toBe(expected);
  });
});

describe('the headers of an answer', () => {
  const at = (seconds: number) => String(NOW_MS / 1_000 + seconds);
  it.each<[Record<string, unknown>, number | undefined]>([
    [{ 'retry-after': '7', 'x-ratelimit-reset': '30' }, 7_000],
    [{ 'x-ratelimit-reset': '30' }, 30_000],
    [{ 'x-ratelimit-reset': at(12) }, 12_000],
    [{ 'x-ratelimit-reset': at(-12) }, 0],
    [{ 'x-ratelimit-reset': at(86_400) }, 3_600_000],
    [{ 'x-ratelimit-reset': 'later' }, undefined],
    [{}, undefined],
  ])('%j request %j ms', (headers, expected) => {
    expect(pauseOfHeaders(headers, NOW_MS)).toBe(expected);
  });
});
