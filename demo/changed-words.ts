import type { Word } from '../commands/terminal/screen.js';

/**
 * Returns the words of `after`, and marks as new those outside of the longest common
 * subsequence of both texts.
 */
export function changedWords(before: string, after: string): Word[] {
  const old = wordsOf(before);
  const words = wordsOf(after);
  const common = commonLengths(old, words);
  const marked: Word[] = [];
  let at = 0;
  for (const [index, text] of words.entries()) {
    // Skips old words that lead to no longer common part: they were replaced or dropped.
    while (
      at < old.length &&
      old[at] !== text &&
      lengthAt(common, at + 1, index) === lengthAt(common, at, index)
    ) {
      at += 1;
    }
    const isNew = old[at] !== text;
    if (!isNew) at += 1;
    marked.push({ text, isNew });
  }
  return marked;
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/**
 * Computes the length of the longest common subsequence of both lists from each pair of positions
 * on.
 */
function commonLengths(old: readonly string[], words: readonly string[]): number[][] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(words.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const row = lengths[i] ?? [];
    for (let j = words.length - 1; j >= 0; j -= 1) {
      row[j] =
        old[i] === words[j]
          ? lengthAt(lengths, i + 1, j + 1) + 1
          : Math.max(lengthAt(lengths, i + 1, j), lengthAt(lengths, i, j + 1));
    }
  }
  return lengths;
}

function lengthAt(lengths: readonly number[][], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}
