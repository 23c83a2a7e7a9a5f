import type { TimedWord } from './align-words.js';
import { displayWidth, graphemesOf } from './display-width.js';
import { segmentsOf } from './segments.js';
import { shareTime } from './share-time.js';

/** Words that are shown together, without a line break between them. */
export interface UnbrokenWords {
  text: string;
  /** Number of columns of the text. */
  width: number;
  /** Gap before the first word. */
  gap: TimedWord['gap'];
  startMs: number;
  /** When two people talk at once, the last word need not end last. */
  endMs: number;
  speaker: string | null;
}

/**
 * Finds words in scripts without spaces. ICU uses a dictionary for each script, whatever the locale
 * is; a fixed locale excludes the machine's own.
 */
const WORDS = new Intl.Segmenter('en', { granularity: 'word' });

/** Closing signs; no line begins with them (classes CL, EX and IS of Unicode Standard Annex 14). */
const CLOSING = /^[\p{Pe}\p{Pf}!?.,:;%…‥。、，．！？：；％・ー々ゝゞヽヾ]/u;
const CLOSING_ONLY = /^[\p{Pe}\p{Pf}!?.,:;%…‥。、，．！？：；％]+$/u;

/** Opening signs; no line ends with them. */
const OPENING = /[\p{Ps}\p{Pi}]$/u;
const OPENING_ONLY = /^[\p{Ps}\p{Pi}]+$/u;

/**
 * Joins words between which no line may break: within a word of a script without spaces, before a
 * closing sign, and after an opening sign. A word that is too long for a line is split between
 * graphemes.
 *
 * @param lineWidth returns the columns of a line of this speaker
 */
export function unbrokenWords(
  words: readonly TimedWord[],
  lineWidth: (speaker: string | null) => number,
): UnbrokenWords[] {
  const pieces = words.flatMap((word) => cutToWidth(word, lineWidth(word.speaker)));
  const breaks = breaksWithinTokens(pieces);
  const all: UnbrokenWords[] = [];
  let previous: TimedWord | undefined;
  for (const [index, word] of pieces.entries()) {
    const last = all.at(-1);
    const text = word.gap === ' ' ? ` ${word.text}` : word.text;
    const width = displayWidth(text);
    const isBound = previous !== undefined && isBoundTo(previous, word, breaks.has(index));
    if (last !== undefined && isBound && last.width + width <= lineWidth(word.speaker)) {
      last.text += text;
      last.width += width;
      last.endMs = Math.max(last.endMs, word.endMs);
    } else {
      const { gap, startMs, endMs, speaker } = word;
      all.push({ text: word.text, width: displayWidth(word.text), gap, startMs, endMs, speaker });
    }
    previous = word;
  }
  return all;
}

function isBoundTo(previous: TimedWord, word: TimedWord, isBreak: boolean): boolean {
  if (previous.speaker !== word.speaker || word.gap === '\n') return false;
  if (word.gap === ' ') return CLOSING_ONLY.test(word.text) || OPENING_ONLY.test(previous.text);
  return !isBreak || CLOSING.test(word.text) || OPENING.test(previous.text);
}

/**
 * @returns indexes of words that follow another one without a space and begin a word of the
 * language
 */
function breaksWithinTokens(words: readonly TimedWord[]): Set<number> {
  const breaks = new Set<number>();
  for (let first = 0; first < words.length;) {
    let end = first + 1;
    while (words[end]?.gap === '') end += 1;
    if (end > first + 1) addBreaks(words.slice(first, end), first, breaks);
    first = end;
  }
  return breaks;
}

function addBreaks(token: readonly TimedWord[], first: number, breaks: Set<number>): void {
  const text = token.map((word) => word.text).join('');
  const boundaries = new Set<number>();
  let boundary = 0;
  for (const segment of segmentsOf(WORDS, text)) {
    boundaries.add(boundary);
    boundary += segment.length;
  }
  let at = 0;
  for (const [index, word] of token.entries()) {
    if (index > 0 && boundaries.has(at)) breaks.add(first + index);
    at += word.text.length;
  }
}

/** Splits a word that is too long for a line into pieces, which share its time. */
function cutToWidth(word: TimedWord, maxWidth: number): TimedWord[] {
  if (displayWidth(word.text) <= maxWidth) return [word];
  const texts: string[] = [];
  let [text, width] = ['', 0];
  for (const grapheme of graphemesOf(word.text)) {
    const more = displayWidth(grapheme);
    if (text !== '' && width + more > maxWidth) {
      texts.push(text);
      [text, width] = ['', 0];
    }
    text += grapheme;
    width += more;
  }
  texts.push(text);
  return shareTime(texts, word).map((piece, index) => ({
    ...word,
    ...piece,
    gap: index === 0 ? word.gap : ('' as const),
  }));
}
