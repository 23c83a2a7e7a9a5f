/** A piece of a text that is timed on its own. */
export interface WordPiece {
  text: string;
  /** What stood between it and the piece before: nothing, a space, or the end of a paragraph. */
  gap: '' | ' ' | '\n';
}

/** Scripts that write no spaces between words. */
const UNSPACED_SCRIPTS = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => `\\p{Script=${script}}`)
  .join('');

const UNSPACED = new RegExp(`[${UNSPACED_SCRIPTS}]`, 'u');

/** Signs that belong to what follows them. Bounded, so that a long run of them is looked at once. */
const OPENING = String.raw`[\p{Ps}\p{Pi}]{1,4}`;

/** Marks, closing signs and the vowels of Thai and Lao that are one grapheme with the letter before them. */
const BEHIND = String.raw`(?:[\p{M}\u0E33\u0EB3ー]|(?![\p{Ps}\p{Pi}])\p{P})*`;

/**
 * Each character of those scripts is timed on its own, with the signs around it; everywhere else a word is what stands
 * between two spaces.
 */
const PIECES = new RegExp(
  `(?:${OPENING})?[${UNSPACED_SCRIPTS}]${BEHIND}|(?:(?!${OPENING}[${UNSPACED_SCRIPTS}])[^${UNSPACED_SCRIPTS}])+`,
  'gu',
);

export function splitWords(text: string): WordPiece[] {
  // Without an end of white space: a word would be looked for behind each space of it.
  return Array.from(text.trimEnd().matchAll(/(\s*)(\S+)/gu)).flatMap(([, space = '', word = ''], index) => {
    const gap = index === 0 || space === '' ? '' : space.includes('\n') ? '\n' : ' ';
    return splitWord(word).map((piece, place) => ({ text: piece, gap: place === 0 ? gap : ('' as const) }));
  });
}

/** The pieces of one word, in their order: itself, or its characters. */
export function splitWord(word: string): string[] {
  return UNSPACED.test(word) ? (word.match(PIECES) ?? [word]) : [word];
}
