import type { Steps } from '../../redaction/steps.js';
import { type LocatedWord, locateWords } from './locate-words.js';
import { isSafeCut } from './safe-cut.js';

/** A part of a recording that is corrected by a request of its own. */
export interface PlannedWindow {
  /** Milliseconds from the beginning of the recording. Windows follow each other without a gap. */
  startMs: number;
  endMs: number;
  /** Indexes of its first and last word in the recognizer's list. */
  firstWord: number;
  lastWord: number;
  /** Its part of the first-stage text. The parts together have every word once, in order. */
  text: string;
}

export interface Recognized {
  text: string;
  /** The recognizer's timed words, of any shape. */
  words: unknown;
  /** Duration of the recording, when the provider reports it. */
  durationSeconds?: number;
}

/** A recording that is longer than the target by up to this factor is one window. */
export const MAX_STRETCH = 1.25;
/** Cuts are searched for between this share of the length that is aimed at, and MAX_STRETCH. */
const MIN_SHARE = 0.75;
/** Share from which on a cut is searched for when there is none in that range. */
const MIN_FALLBACK_SHARE = 0.25;
/** Cuts that are tested in a range, the largest pauses first: each test takes some milliseconds. */
const MAX_TESTS = 60;
/** Cuts that are tested after the range: more than any spoken list of numbers has words. */
const MAX_LATE_TESTS = 500;

/**
 * Plans the windows of a recording. Deterministic.
 *
 * A window ends at the largest pause between words near the target length, as a sentence is most
 * likely complete there. No window is longer than `MAX_STRETCH` times the target, unless no cut
 * in it is safe (`safe-cut.ts`).
 *
 * @param targetSeconds from `window-length.ts`
 * @returns the windows in order; undefined when the recording is one window, or cannot be cut
 */
export function* planWindows(
  { text, words, durationSeconds = 0 }: Recognized,
  targetSeconds: number,
): Steps<PlannedWindow[] | undefined> {
  const located = yield* locateWords(text, words);
  const last = located?.at(-1);
  if (located === undefined || last === undefined) return undefined;
  const starts = yield* cutsOf(text, located, targetSeconds * 1_000);
  if (starts.length === 1) return undefined;
  return starts.map((first, index) => {
    const next = starts[index + 1];
    const isLast = next === undefined;
    return {
      startMs: index === 0 ? 0 : cutMs(located, first),
      endMs: Math.ceil(isLast ? Math.max(durationSeconds * 1_000, last.endMs) : cutMs(located, next)),
      firstWord: first,
      lastWord: (next ?? located.length) - 1,
      text: partOf(text, located, { from: first, to: next }),
    };
  });
}

/**
 * Returns the part of a text from a word on, up to another one. What is before the first word of
 * all belongs to it, and what follows any word as well.
 */
export function partOf(
  text: string,
  words: readonly LocatedWord[],
  { from, to }: { from: number; to: number | undefined },
): string {
  const start = from === 0 ? 0 : words[from]?.from;
  return text.slice(start, to === undefined ? undefined : words[to]?.from).trim();
}

/** Returns the index of the first word of each window. */
function* cutsOf(text: string, words: readonly LocatedWord[], targetMs: number): Steps<number[]> {
  const starts = [0];
  const endMs = words.at(-1)?.endMs ?? 0;
  for (;;) {
    const first = starts.at(-1) ?? 0;
    const startMs = words[first]?.startMs ?? 0;
    const restMs = endMs - startMs;
    if (restMs <= targetMs * MAX_STRETCH) return starts;
    // Equal parts of the rest, so that the last window is not much shorter than the others.
    const aimMs = restMs / Math.ceil(restMs / targetMs);
    const cut = yield* findCut({ text, words, first }, { startMs, aimMs });
    if (cut === undefined) return starts;
    starts.push(cut);
  }
}

interface Search {
  text: string;
  words: readonly LocatedWord[];
  /** Index of the window's first word. */
  first: number;
}

/** Returns the index of the word before which the window ends. */
function* findCut(
  { text, words, first }: Search,
  { startMs, aimMs }: { startMs: number; aimMs: number },
): Steps<number | undefined> {
  const lengthMs = (word: number): number => cutMs(words, word) - startMs;
  const ranges = [
    [MIN_SHARE, MAX_STRETCH],
    [MIN_FALLBACK_SHARE, MIN_SHARE],
  ] as const;
  for (const [from, to] of ranges) {
    const candidates: number[] = [];
    for (let word = first + 1; word < words.length && lengthMs(word) <= aimMs * to; word += 1) {
      if (lengthMs(word) >= aimMs * from) candidates.push(word);
    }
    yield;
    const best = candidates.toSorted(
      (one, other) =>
        gapMs(words, other) - gapMs(words, one) ||
        Math.abs(lengthMs(one) - aimMs) - Math.abs(lengthMs(other) - aimMs) ||
        one - other,
    );
    for (const word of best.slice(0, MAX_TESTS))
      if (yield* isSafeCut(text, words[word]?.from ?? 0)) return word;
  }
  return yield* firstCutAfter({ text, words, first }, (word) => lengthMs(word) > aimMs * MAX_STRETCH);
}

/** Returns the first safe cut that is too late, where there is none before. */
function* firstCutAfter(
  { text, words, first }: Search,
  isLate: (word: number) => boolean,
): Steps<number | undefined> {
  let tests = 0;
  for (let word = first + 1; word < words.length && tests < MAX_LATE_TESTS; word += 1) {
    if (!isLate(word)) continue;
    if (yield* isSafeCut(text, words[word]?.from ?? 0)) return word;
    tests += 1;
  }
  return undefined;
}

function gapMs(words: readonly LocatedWord[], word: number): number {
  return (words[word]?.startMs ?? 0) - (words[word - 1]?.endMs ?? 0);
}

/** Returns the middle of the gap before a word. */
function cutMs(words: readonly LocatedWord[], word: number): number {
  const startMs = words[word]?.startMs ?? 0;
  return Math.round((startMs + Math.min(startMs, words[word - 1]?.endMs ?? startMs)) / 2);
}
