/** A piece of a text that has a time of its own. */
export interface WordPiece {
  text: string;
  /** Gap between it and the previous piece: none, a space, or the end of a paragraph. */
  gap: '' | ' ' | '\n';
}

/** Scripts without spaces between words. */
const UNSPACED_SCRIPTS = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => `\\p{Script=${script}}`)
  .join('');

const UNSPACED = new RegExp(`[${UNSPACED_SCRIPTS}]`, 'u');

/** Signs that belong to the next character; limited, so that a long run of them is read once. */
const OPENING = String.raw`[\p{Ps}\p{Pi}]{1,4}`;

/**
 * Marks, closing signs, and vowels of Thai and Lao that share a grapheme with the letter before.
 */
const BEHIND = String.raw`(?:[\p{M}\u0E33\u0EB3ー]|(?![\p{Ps}\p{Pi}])\p{P})*`;

/**
 * Splits text in these scripts into characters, with adjacent signs; other words are kept whole.
 */
const PIECES = new RegExp(
  `(?:${OPENING})?[${UNSPACED_SCRIPTS}]${BEHIND}|(?:(?!${OPENING}[${UNSPACED_SCRIPTS}])[^${UNSPACED_SCRIPTS}])+`,
  'gu',
);

export function splitWords(text: string): WordPiece[] {
  // Trimmed, because the pattern would search for a word after each trailing space.
  return Array.from(text.trimEnd().matchAll(/(\s*)(\S+)/gu)).flatMap(([, space = '', word = ''], index) => {
    const gap = index === 0 || space === '' ? '' : space.includes('\n') ? '\n' : ' ';
    return splitWord(word).map((piece, at) => ({ text: piece, gap: at === 0 ? gap : ('' as const) }));
  });
}

/** Whether a word has letters of a script without spaces between words. */
export function isUnspaced(word: string): boolean {
  return UNSPACED.test(word);
}

/** Splits a word into its pieces, in order: the word itself, or its characters. */
export function splitWord(word: string): string[] {
  return isUnspaced(word) ? (word.match(PIECES) ?? [word]) : [word];
}
