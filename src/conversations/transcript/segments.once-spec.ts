import { describe, expect, it } from 'vitest';
import { segmentsOf } from './segments.js';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WORDS = new Intl.Segmenter('en', { granularity: 'word' });

describe('segments of a long text', () => {
  // Takes seconds each; segmenting the whole text at once would take hours.
  it.each([
    ['[', 5_000_000],
    ['😀', 500_000],
    ['🇳🇱', 500_000],
    ['中', 500_000],
    ['ก', 500_000],
    ['\u0301', 500_000],
  ])('are found in linear time: %s, %i units', (unit, length) => {
    const text = unit.repeat(Math.ceil(length / unit.length));

    let units = 0;
    for (const segment of segmentsOf(GRAPHEMES, text)) units += segment.length;
    for (const segment of segmentsOf(WORDS, text)) units += segment.length;

    expect(units).toBe(2 * text.length);
  });
});
