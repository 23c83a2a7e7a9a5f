import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { MAX_PHRASE_CHARACTERS, MAX_WORDS_PER_PHRASE, parseHotwords } from './hotwords.js';

describe('parseHotwords', () => {
  it.each([
    ['nothing', null, []],
    ['an empty text', '', []],
    ['stray commas', ' , ,, ', []],
    ['spaces around and inside', '  Kelly   Byrne ,\tDembrane ', ['Kelly Byrne', 'Dembrane']],
    ['line breaks instead of commas', 'one\ntwo\r\nthree,four', ['one', 'two', 'three', 'four']],
    ['letters of any script', 'Zürich, Київ, 東京, می‌خواهم', ['Zürich', 'Київ', '東京', 'می‌خواهم']],
    ['a semicolon, which is part of the phrase', 'a; b', ['a; b']],
    ['six words', 'a b c d e f', ['a b c d e f']],
  ])('reads %s', (_what, prompt, expected) => {
    expect(parseHotwords(prompt)).toEqual({ phrases: expected, dropped: [] });
  });

  it.each([
    ['Anna, ANNA,  anna ', ['ANNA', 'anna'], 'repeat'],
    ['Zoe\u0301, Zo\u00e9', ['Zo\u00e9'], 'repeat'],
    ['a b c d e f g', ['a b c d e f g'], 'too_many_words'],
    ['🇸🇬, party 🎉, 1\ufe0f\u20e3', ['🇸🇬', 'party 🎉', '1\ufe0f\u20e3'], 'unsupported_characters'],
    ['a\u0000b, c\ud800d', ['a\ufffdb', 'c\ufffdd'], 'unsupported_characters'],
    ['x'.repeat(100_000), ['x'.repeat(MAX_PHRASE_CHARACTERS)], 'too_long'],
  ])('reports dropped phrases and reasons: case %#', (prompt, phrases, reason) => {
    expect(parseHotwords(prompt).dropped).toEqual(phrases.map((phrase) => ({ phrase, reason })));
  });

  it('keeps the first thousand of five thousand', () => {
    const words = Array.from({ length: 5_000 }, (_, index) => `word${index}`);
    const { phrases, dropped } = parseHotwords(words.join(','));
    expect(phrases).toEqual(words.slice(0, 1_000));
    expect(dropped).toHaveLength(4_000);
    expect(new Set(dropped.map(({ reason }) => reason))).toEqual(new Set(['too_many_phrases']));
  });

  it('counts a phrase of several words as one of the thousand', () => {
    const prompt = Array.from({ length: 1_200 }, (_, index) => `a b c d e f${index}`).join(',');
    expect(parseHotwords(prompt).phrases).toHaveLength(1_000);
  });

  it('respects the limits for any text, and parses its own result unchanged', () => {
    const piece = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(',', ' ', 'Anna', '\n', '🎉', 'ﬁ'));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { phrases, dropped } = parseHotwords(pieces.join(''));
        for (const phrase of phrases) {
          expect(phrase).toBe(phrase.replace(/\s+/g, ' ').trim());
          expect(phrase).not.toBe('');
          expect(phrase.split(' ').length).toBeLessThanOrEqual(MAX_WORDS_PER_PHRASE);
          expect(phrase).not.toMatch(/[,\n\r]/);
        }
        expect(new Set(phrases.map((phrase) => phrase.toLowerCase())).size).toBe(phrases.length);
        expect(dropped.every(({ phrase }) => phrase.length <= MAX_PHRASE_CHARACTERS)).toBe(true);
        expect(parseHotwords(phrases.join(', '))).toEqual({ phrases, dropped: [] });
      }),
    );
  });
});
