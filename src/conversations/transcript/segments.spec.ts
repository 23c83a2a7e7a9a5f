import { describe, expect, it } from 'vitest';
import { segmentsOf } from './segments.js';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WORDS = new Intl.Segmenter('en', { granularity: 'word' });

function native(segmenter: Intl.Segmenter, text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

describe('segments of a long text', () => {
  it.each([
    ['flags', '🇳🇱🇩🇪'],
    ['families', 'de 👨‍👩‍👧‍👦 hier '],
    ['letters with marks', 'e\u0301o\u0302 '],
    ['Thai', 'สวัสดีครับวันนี้อากาศดีมาก'],
    ['Japanese', '今日はとても良い天気ですね。'],
    ['Chinese', '今天天气很好我们去公园散步'],
    ['words with spaces', 'Goedemorgen, hoe gaat het? '],
  ])('are the same as those of the platform, wherever a slice ends: %s', (_what, unit) => {
    for (let shift = 0; shift < 5; shift += 1) {
      const text = 'x'.repeat(shift) + unit.repeat(Math.ceil(1_000 / unit.length));
      expect([...segmentsOf(GRAPHEMES, text)]).toEqual(native(GRAPHEMES, text));
      expect([...segmentsOf(WORDS, text)]).toEqual(native(WORDS, text));
    }
  });

  it('are split between characters when one segment is very long', () => {
    const text = 'a' + '\u{1E8D0}'.repeat(5_000);

    const segments = [...segmentsOf(GRAPHEMES, text)];

    expect(segments.join('')).toBe(text);
    for (const segment of segments) expect(segment).not.toMatch(/\p{Surrogate}/u);
  });
});
