import { keyOf, type TimedWord } from '../align-words.js';
import { compareWords, type Range } from '../compare-words.js';

/** A place where a text differs from an older one; one of the two ranges may be empty. */
export interface TextChange {
  /** Words that were replaced or removed. */
  older: Range;
  /** Words that replace them, or were added. */
  newer: Range;
}

/**
 * Lists the differences between two texts, in order. A word that has only another case, punctuation
 * or accent encoding is a difference of its own, so that it can be told from a real change beside
 * it. Other words that changed side by side are one difference.
 */
export function compareTexts(older: readonly TimedWord[], newer: readonly TimedWord[]): TextChange[] {
  const stretches = compareWords(
    older.map(({ text }) => keyOf(text)),
    newer.map(({ text }) => keyOf(text)),
  );
  return stretches.flatMap((stretch) => {
    if (!stretch.isSame) return [{ older: stretch.older, newer: stretch.newer }];
    const changes: TextChange[] = [];
    for (let index = stretch.older.first; index < stretch.older.end; index += 1) {
      const at = stretch.newer.first + index - stretch.older.first;
      if (older[index]?.text === newer[at]?.text) continue;
      changes.push({ older: { first: index, end: index + 1 }, newer: { first: at, end: at + 1 } });
    }
    return changes;
  });
}

/** Joins a range of words to a text in a single line. */
export function textOf(words: readonly TimedWord[], { first, end }: Range): string {
  return words
    .slice(first, end)
    .map(({ text, gap }, index) => (index === 0 ? '' : gap === '\n' ? ' ' : gap) + text)
    .join('');
}

/** Signs that change the meaning of a text, although Unicode counts them as punctuation. */
const MEANINGFUL = '[%&@#*]';

/** Punctuation, other than a sign between two digits: "1.5" is not "15". */
const PUNCTUATION = new RegExp(String.raw`(?!${MEANINGFUL})(?!(?<=\p{N})\p{P}(?=\p{N}))\p{P}`, 'gu');

/**
 * Whether two texts differ in case and punctuation only. A sign may stand between words or within
 * one: "well-known" equals "well known", and "it's" equals "its".
 */
export function isMinor(older: string, newer: string): boolean {
  return (
    withPunctuationAs('', older) === withPunctuationAs('', newer) ||
    withPunctuationAs(' ', older) === withPunctuationAs(' ', newer)
  );
}

function withPunctuationAs(sign: '' | ' ', text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(PUNCTUATION, sign).replace(/\s+/g, ' ').trim();
}
