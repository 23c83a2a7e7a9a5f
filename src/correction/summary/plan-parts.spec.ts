import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PART_LENGTH, planParts } from './plan-parts.js';

const LIMITS = { partLength: PART_LENGTH, maxChars: 300_000 };
/** Short parts, so that short texts have many. */
const SHORT = { partLength: 200, maxChars: 100_000 };

/** Ten hours of speech, at 150 words a minute. */
const TEN_HOURS = Array.from(
  { length: 9_000 },
  (_, index) => `This is sentence ${index} of a very long day.`,
);

const LONE_SURROGATE = /\p{Surrogate}/u;

const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '. ', '\n', '\n\n', '。', '”', '\t', '!', '3.5'),
      fc.stringMatching(/^[a-z]{1,12}$/),
      fc.constantFrom('今日は', '안녕', '👨‍👩‍👧‍👦', 'é', '\u{20000}\u{20001}'),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
    ),
    { maxLength: 400 },
  )
  .map((pieces) => pieces.join(''));

describe('parts of a transcript', () => {
  it('lose and double nothing, are never longer than allowed, and are the same each time', () => {
    const lengths = fc.integer({ min: 100, max: 2_000 });
    fc.assert(
      fc.property(texts, lengths, lengths, (text, partLength, maxChars) => {
        const parts = planParts(text, { partLength, maxChars });
        expect(parts.join('')).toBe(text);
        for (const part of parts) expect(part.length).toBeLessThanOrEqual(maxChars);
        if (text !== '') for (const part of parts) expect(part).not.toBe('');
        if (!LONE_SURROGATE.test(text)) {
          for (const part of parts) expect(part).not.toMatch(LONE_SURROGATE);
        }
        expect(planParts(text, { partLength, maxChars })).toEqual(parts);
      }),
    );
  });

  it('are one for up to half an hour, and about twenty minutes each for more', () => {
    const minutes = (count: number) => 'word. '.repeat(count * 150);
    expect(planParts('', LIMITS)).toEqual(['']);
    expect(planParts(minutes(29), LIMITS)).toHaveLength(1);
    expect(planParts(minutes(31), LIMITS)).toHaveLength(2);
    expect(planParts(minutes(600), LIMITS)).toHaveLength(30);
    for (const part of planParts(minutes(600), LIMITS)) {
      expect(part.length / PART_LENGTH).toBeGreaterThan(0.8);
      expect(part.length / PART_LENGTH).toBeLessThan(1.2);
    }
  });

  it('follow the speed of speech, not of letters, in scripts of syllables and words', () => {
    // Ten hours at 300 characters a minute.
    for (const sentence of [
      '我们去公园散步吧今天。',
      '안녕하세요반갑습니다아。',
      'きょうはいいてんきです。',
    ]) {
      expect(planParts(sentence.repeat(180_000 / sentence.length), LIMITS)).toHaveLength(30);
    }
  });

  it('end with a paragraph where one ends nearby, else with a sentence, a word, or between characters', () => {
    const filler = 'a'.repeat(99);
    const lastOf = (text: string) => planParts(text, { ...SHORT, partLength: 100 })[0]?.slice(-3);
    expect(lastOf(`${filler.slice(8)}z. yyy\n\nx. ${filler}`)).toBe('y\n\n');
    expect(lastOf(`${filler.slice(8)}z. yyyy x. ${filler}`)).toMatch(/\. $/);
    expect(lastOf(`${filler.slice(8)}zz yy ${filler}`)).toMatch(/ $/);
    const [first = '', second = ''] = planParts('👍'.repeat(101), { ...SHORT, partLength: 100 });
    expect(`${first}${second}`).not.toMatch(LONE_SURROGATE);
    expect(first).not.toMatch(LONE_SURROGATE);
  });

  it('end with a paragraph rather than with a line that ends nearer', () => {
    const text = `${'a'.repeat(92)}\n\n${'b'.repeat(4)}\n${'c'.repeat(101)}`;
    expect(planParts(text, { ...SHORT, partLength: 100 })[0]).toMatch(/a\n\n$/);
  });

  it('do not end within a number, or before a closing quote', () => {
    const text = `${'a'.repeat(92)} 3.5 “yes.” ${'b'.repeat(97)}`;
    const [first] = planParts(text, { ...SHORT, partLength: 100 });
    expect(first).toMatch(/“yes\.” $/);
  });

  it('have whole sentences of a long day', () => {
    const parts = planParts(TEN_HOURS.join(' '), LIMITS);
    expect(parts.flatMap((part) => part.trim().split(/(?<=\.) /))).toEqual(TEN_HOURS);
  });

  it('fit into a request also when both of their ends move outwards', () => {
    const text = `${'a'.repeat(903)}\n\n${'b'.repeat(1_188)}\n\n${'c'.repeat(905)}`;
    const lengths = planParts(text, { partLength: PART_LENGTH, maxChars: 1_000 }).map(({ length }) => length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_000);
  });

  it('are shorter where the model takes less', () => {
    const parts = planParts('x'.repeat(100_000), { partLength: PART_LENGTH, maxChars: 6_000 });
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(6_000);
  });
});
