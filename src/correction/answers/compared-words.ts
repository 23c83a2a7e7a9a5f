import type { Steps } from '../../redaction/steps.js';

/**
 * Scripts that are written without spaces: each character is compared for itself there.
 * Other scripts are compared by whole words.
 */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
/**
 * A word is cut after so many characters: a run of millions of letters would exhaust the stack of
 * the regular expression.
 */
const WORD = new RegExp(`[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{M}\\p{N}]){1,100}`, 'gu');
/** Markers stand for words that were taken out, and are no words. */
const MARKERS = /<[a-z_]{1,40}>/g;

/** Endings change with a correction, beginnings rarely do. */
const STEM_CHARS = 5;
/** Shorter words are alike in all texts of a language. */
const MIN_STEM_CHARS = 4;

/** Longest phrase whose repetition is looked for, in words. */
const MAX_PHRASE_WORDS = 20;
/** A phrase said so often in a row is a loop; people repeat a word four or five times. */
const MIN_ROUNDS = 5;

/** Looked up at once: some milliseconds. */
const STEP_PASSAGES = 10_000;

/** @returns the words in their order, in small letters; of a text of millions of words all of them */
export function comparedWords(text: string): string[] {
  return text.toLowerCase().replace(MARKERS, ' ').match(WORD) ?? [];
}

/**
 * Share of the draft's words that the answer still has, by their beginnings, each counted once: a
 * phrase that a recognizer repeated is rightly removed.
 *
 * @returns 0 to 1; 1 when there is nothing to compare
 */
export function* coverageOf(draft: readonly string[], answer: readonly string[]): Steps<number> {
  const drafted = stemsOf(draft);
  if (drafted.size === 0) return 1;
  yield;
  const answered = stemsOf(answer);
  let kept = 0;
  for (const stem of drafted) if (answered.has(stem)) kept += 1;
  return kept / drafted.size;
}

function stemsOf(words: readonly string[]): Set<string> {
  const long = words.filter((word) => word.length >= MIN_STEM_CHARS || isUnspaced(word));
  return new Set(long.map((word) => word.slice(0, STEM_CHARS)));
}

const UNSPACED_WORD = new RegExp(`^[${UNSPACED}]$`, 'u');

function isUnspaced(word: string): boolean {
  return UNSPACED_WORD.test(word);
}

/**
 * Length of the longest passage in which one phrase follows itself at least five times, in words.
 * Takes time in proportion to the number of words.
 *
 * @returns 0 when there is none
 */
export function* longestLoop(words: readonly string[]): Steps<number> {
  let longest = 0;
  for (let phraseWords = 1; phraseWords <= MAX_PHRASE_WORDS; phraseWords += 1) {
    let repeated = 0;
    for (let index = phraseWords; index < words.length; index += 1) {
      repeated = words[index] === words[index - phraseWords] ? repeated + 1 : 0;
      const length = repeated + phraseWords;
      if (length > longest && length >= phraseWords * MIN_ROUNDS) longest = length;
    }
    yield;
  }
  return longest;
}

/**
 * Share of passages of some words that have been there before: a text that has lost its way comes
 * back to the same sentences, also with others between them.
 *
 * @returns 0 to 1; 0 for a text that is too short to tell
 */
export function* repeatedShare(words: readonly string[], passageWords: number): Steps<number> {
  const passages = words.length - passageWords + 1;
  if (passages <= 0) return 0;
  const seen = new Set<string>();
  for (let index = 0; index < passages; index += 1) {
    seen.add(words.slice(index, index + passageWords).join(' '));
    if (index % STEP_PASSAGES === 0) yield;
  }
  return 1 - seen.size / passages;
}
