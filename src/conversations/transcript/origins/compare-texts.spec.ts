import { describe, expect, it } from 'vitest';
import { isMinor } from './compare-texts.js';

describe('a change', () => {
  it.each([
    ['yes', 'Yes,'],
    ['cafe\u0301', 'Café'],
    ["it's", 'its'],
    ['well-known', 'well known'],
    ['', '...'],
    ['', '…'],
  ])('is minor when only case or punctuation differ: %j and %j', (older, newer) => {
    expect(isMinor(older, newer)).toBe(true);
    expect(isMinor(newer, older)).toBe(true);
  });

  it.each([
    ['jan', 'Jans'],
    ['web site', 'website'],
    ['1.5', '15'],
    ['5', '5%'],
    ['5', '€5'],
    ['resume', 'résumé'],
    ['', 'a'],
  ])('is not minor otherwise: %j and %j', (older, newer) => {
    expect(isMinor(older, newer)).toBe(false);
    expect(isMinor(newer, older)).toBe(false);
  });
});
