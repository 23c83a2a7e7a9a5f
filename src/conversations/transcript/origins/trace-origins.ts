import type { TimedWord } from '../align-words.js';
import type { Range } from '../compare-words.js';
import { compareTexts, isMinor, textOf, type TextChange } from './compare-texts.js';

/** Author of a change: the correction, or a person. */
export type Changer = 'corrected' | 'edited';

/**
 * Origin of a word: as it was heard, or what it replaced, which is empty when it was added, and
 * abbreviated when it is long.
 */
export type WordOrigin = { origin: 'heard' } | { origin: Changer; heard: string };

/** A change of a text; without words when something was removed. */
export interface TracedChange {
  origin: Changer;
  /**
   * Text that it replaced; empty when the words were added. Of a correction that edits drew apart,
   * the first part has it all, and the others have it abbreviated.
   */
  heard: string;
  text: string;
  startMs: number;
  endMs: number;
  /** Index of its first word; of a removal, of the word that follows. */
  firstWord: number;
  words: number;
  /** Number of words that it replaced or removed. */
  heardWords: number;
  /** Whether only case or punctuation differ. */
  isMinor: boolean;
}

/**
 * Characters of a replaced text that each word repeats which replaced it: some three sentences.
 * Without this limit the answer would grow with the square of a text that was replaced as a whole.
 */
const MAX_REPEATED_CHARS = 300;

/** Origin of each word, undefined where it is unknown, and the changes in order. */
export interface TracedWords {
  origins: (WordOrigin | undefined)[];
  changes: TracedChange[];
}

export interface TracedTexts {
  /** The first-stage text; null when none is stored, so that it is unknown what was corrected. */
  heard: readonly TimedWord[] | null;
  /** The text before the first edit; null when nobody edited it. */
  machine: readonly TimedWord[] | null;
  /** The current text. */
  words: readonly TimedWord[];
}

/**
 * Finds out where each word of a text comes from. An edit is compared with the text before the
 * first one, and that with the first-stage text. A correction that an edit replaced is not listed;
 * of one that was edited in part, the words that are left are.
 */
export function traceOrigins({ heard, machine, words }: TracedTexts): TracedWords {
  const corrected = machine ?? words;
  const edits = machine === null ? [] : compareTexts(machine, words);
  const origins = words.map((): WordOrigin | undefined => (heard === null ? undefined : { origin: 'heard' }));
  const changes: TracedChange[] = [];
  const add = (
    origin: Changer,
    { olderWords, older, replaced }: { olderWords: readonly TimedWord[]; older: Range; replaced: string },
    newer: Range,
    isFirstPart: boolean,
  ): void => {
    const short = abbreviated(replaced);
    for (let index = newer.first; index < newer.end; index += 1) origins[index] = { origin, heard: short };
    const text = textOf(words, newer);
    changes.push({
      origin,
      heard: isFirstPart ? replaced : short,
      text,
      ...timeOf(
        newer.first < newer.end
          ? words.slice(newer.first, newer.end)
          : olderWords.slice(older.first, older.end),
      ),
      firstWord: newer.first,
      words: newer.end - newer.first,
      heardWords: older.end - older.first,
      isMinor: isMinor(replaced, text),
    });
  };
  if (heard !== null) {
    for (const { older, newer } of compareTexts(heard, corrected)) {
      const change = { olderWords: heard, older, replaced: textOf(heard, older) };
      rangesLeft(newer, edits).forEach((left, part) => {
        add('corrected', change, left, part === 0);
      });
    }
  }
  for (const { older, newer } of edits) {
    add('edited', { olderWords: corrected, older, replaced: textOf(corrected, older) }, newer, true);
  }
  // Sorting is stable: of two changes at a place, the correction stays first.
  return { origins, changes: changes.sort((one, other) => one.firstWord - other.firstWord) };
}

function abbreviated(text: string): string {
  if (text.length <= MAX_REPEATED_CHARS) return text;
  const lastSpace = text.lastIndexOf(' ', MAX_REPEATED_CHARS);
  return `${text.slice(0, lastSpace < 0 ? MAX_REPEATED_CHARS : lastSpace)}…`;
}

/**
 * Finds the words of a range that edits left as they were, by their indexes after the edits. Words
 * that edits drew apart are several ranges. An empty range, where something was removed, stays one.
 */
function rangesLeft({ first, end }: Range, edits: readonly TextChange[]): Range[] {
  let at = firstEditFrom(first, edits);
  const before = edits[at - 1];
  let moved = before === undefined ? 0 : before.newer.end - before.older.end;
  const ranges: Range[] = [];
  let from = first;
  for (let edit = edits[at]; edit !== undefined && edit.older.first < end; edit = edits[(at += 1)]) {
    const { older, newer } = edit;
    if (older.first > from) ranges.push({ first: from + moved, end: older.first + moved });
    // An empty range within a replaced one moves behind it.
    if (first === end && older.end > end) return [{ first: newer.end, end: newer.end }];
    from = Math.max(from, older.end);
    moved = newer.end - older.end;
  }
  if (from < end || first === end) ranges.push({ first: from + moved, end: end + moved });
  return ranges;
}

/** Returns the index of the first edit that does not end before a word, by binary search. */
function firstEditFrom(word: number, edits: readonly TextChange[]): number {
  let [low, high] = [0, edits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edits[middle]?.older.end ?? 0) < word) low = middle + 1;
    else high = middle;
  }
  return low;
}

function timeOf(words: readonly TimedWord[]): { startMs: number; endMs: number } {
  const startMs = words[0]?.startMs ?? 0;
  return { startMs, endMs: words.reduce((latest, { endMs }) => Math.max(latest, endMs), startMs) };
}
