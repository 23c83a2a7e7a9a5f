/** A piece of a text that is timed on its own. */
export interface WordPiece {
  text: string;
  /** What stood between it and the piece before: nothing, a space, or the end of a paragraph. */
  gap: '' | ' ' | '\n';
}

/**
 * Scripts that write no spaces between words. Each character is timed on its own, with the signs behind it; everywhere else a
 * word is what stands between two spaces.
 */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const PIECES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}][\p{M}\p{P}ー]*|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;

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
