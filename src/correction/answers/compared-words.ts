import type { Steps } from '../../redaction/steps.js';

/**
 * Scripts that are written without spaces, which are compared by single characters.
 * Other scripts are compared by whole words.
 */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
/**
 * Matches a word, split after 100 characters: a run of millions of letters would exhaust the stack
 * of the regular expression.
 */
const WORD = new RegExp(`[${UNSPACED}]|(?:(?![${UNSPACED}])[\\p{L}\\p{M}\\p{N}]){1,100}`, 'gu');
/** Redaction markers, which are not compared. */
const MARKERS = /<[a-z_]{1,40}>/g;

/** A correction changes endings of words, but rarely their beginnings. */
const STEM_CHARS = 5;
/** Shorter words occur in all texts of a language. */
const MIN_STEM_CHARS = 4;

/** Longest phrase whose repetition is detected, in words. */
const MAX_PHRASE_WORDS = 20;
/** A phrase repeated this often in a row is a loop; people repeat a word four or five times. */
const MIN_ROUNDS = 5;

/** Passages processed per step, which takes some milliseconds. */
const STEP_PASSAGES = 10_000;

/** @returns all words in their order, in lower case */
export function comparedWords(text: string): string[] {
  return text.toLowerCase().replace(MARKERS, ' ').match(WORD) ?? [];
}

/**
 * Computes the share of the draft's words that the answer contains. Words are compared by their
 * beginnings and counted once, as a phrase that a recognizer repeated is rightly removed.
 *
 * @returns 0 to 1; 1 when there is nothing to compare
 */
export function* coverageOf(draft: readonly string[], answer: readonly string[]): Steps<number> {
  const draftStems = stemsOf(draft);
  if (draftStems.size === 0) return 1;
  yield;
  const answerStems = stemsOf(answer);
  let kept = 0;
  for (const stem of draftStems) if (answerStems.has(stem)) kept += 1;
  return kept / draftStems.size;
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
 * Finds the longest passage that repeats one phrase at least five times. Takes time in proportion
 * to the number of words.
 *
 * @returns its length in words; 0 when there is none
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
 * Computes the share of passages that occurred before: a degenerate text repeats the same
 * sentences, also with others between them.
 *
 * @returns 0 to 1; 0 for a text without a passage
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
