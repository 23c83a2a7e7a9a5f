import { isRecord } from '../../json/is-record.js';
import type { Steps } from '../../redaction/steps.js';

/** A word of the recognizer with its times, and its place in the text. */
export interface LocatedWord {
  /** Milliseconds from the beginning of the recording; not before the word's predecessor. */
  startMs: number;
  endMs: number;
  /** Range of its characters in the text. */
  from: number;
  to: number;
}

/** Characters between two words that belong to none: a recognizer lists every word of its text. */
const MAX_SKIPPED_CHARS = 200;

/** Words per step, which takes about a millisecond. */
const STEP_WORDS = 2_000;

/**
 * Locates the recognizer's words in its text, in their order.
 *
 * @param words the provider's list, of any shape
 * @returns undefined when it is no list of timed words, or the text does not have one of them: then
 * nothing is known about the times in the text
 */
export function* locateWords(text: string, words: unknown): Steps<LocatedWord[] | undefined> {
  if (!Array.isArray(words)) return undefined;
  const located: LocatedWord[] = [];
  let position = 0;
  let afterMs = 0;
  for (const word of words as unknown[]) {
    if (!isTimedWord(word)) return undefined;
    const from = text.indexOf(word.text, position);
    if (from === -1 || from - position > MAX_SKIPPED_CHARS) return undefined;
    position = from + word.text.length;
    // Speakers who talk at the same time have words that overlap.
    const startMs = Math.max(afterMs, word.start);
    located.push({ startMs, endMs: Math.max(startMs, word.end), from, to: position });
    afterMs = startMs;
    if (located.length % STEP_WORDS === 0) yield;
  }
  return located;
}

function isTimedWord(word: unknown): word is { text: string; start: number; end: number } {
  return (
    isRecord(word) &&
    typeof word.text === 'string' &&
    word.text !== '' &&
    isTime(word.start) &&
    isTime(word.end)
  );
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
