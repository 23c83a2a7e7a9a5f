import type { TimedWord } from './align-words.js';
import { displayWidth, graphemesOf } from './display-width.js';
import { segmentsOf } from './segments.js';
import { shareTime } from './share-time.js';

/** Words between which no line ends: they are shown together. */
export interface UnbrokenWords {
  text: string;
  /** Columns that the text fills. */
  width: number;
  /** Space before the first of them. */
  gap: TimedWord['gap'];
  startMs: number;
  /** Where two talk at once, the last word need not end last. */
  endMs: number;
  speaker: string | null;
}

/**
 * Finds words in scripts without spaces. ICU looks them up in a dictionary for each script, whatever the locale is; a
 * fixed one keeps the machine's own from mattering.
 */
const WORDS = new Intl.Segmenter('en', { granularity: 'word' });

/** Signs that end something: no line begins with them. (Line breaking classes CL, EX and IS of Unicode Standard Annex 14.) */
const CLOSING = /^[\p{Pe}\p{Pf}!?.,:;%…‥。、，．！？：；％・ー々ゝゞヽヾ]/u;
const CLOSING_ONLY = /^[\p{Pe}\p{Pf}!?.,:;%…‥。、，．！？：；％]+$/u;

/** Signs that begin something: no line ends after them. */
const OPENING = /[\p{Ps}\p{Pi}]$/u;
const OPENING_ONLY = /^[\p{Ps}\p{Pi}]+$/u;

/**
 * Joins words where no line may end between them: within a word of a script without spaces, before a closing sign, and
 * after an opening one. What no line has room for is cut all the same, between graphemes.
 *
 * @param lineWidth columns of a line of this speaker's
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

/** @returns indexes of the words that follow another one without a space, and begin a word of their language */
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

/** A word that no line has room for, in pieces that share its time. */
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
