import type { Finding } from './finding.js';
import { readSource } from './source.js';

/** A stretch of a long text that is searched on its own. */
export interface Window extends Finding {
  /** Start of what is looked at around it, so that whatever begins in it is found as in the whole text. */
  from: number;
  to: number;
}

/** Searched at once: some milliseconds of speech, some forty of what is nothing but numbers. */
const WINDOW_CHARS = 4_096;
/** A text without a safe place to be cut, such as a long list of numbers, is cut after so many. */
const MAX_WINDOW_CHARS = 8_192;
/**
 * No detector looks further across a space: an address that is read out begins 110 characters before
 * its sign, and is announced in the 110 before those.
 */
const CONTEXT_CHARS = 256;

/**
 * A cut is safe where no number, written or spoken, and no code can go across it. The longest code has
 * 33 letters, each with three signs behind it; its first digit is behind seven groups of six letters.
 */
const QUIET_CHARS_BEFORE = 192;
const QUIET_CHARS_AFTER = 96;
/** How far to go on from a place that is not safe. */
const SEARCH_STEP_CHARS = 64;

/** Cuts a text, in order, so that each finding begins in one window and is found there as in the whole. */
export function* windowsOf(text: string): Generator<Window> {
  let start = 0;
  for (;;) {
    const end = text.length - start <= WINDOW_CHARS ? text.length : cutAfter(text, start);
    yield {
      start,
      end,
      from: Math.max(0, start - CONTEXT_CHARS),
      to: Math.min(text.length, end + CONTEXT_CHARS),
    };
    if (end === text.length) return;
    start = end;
  }
}

/** The first safe place from `WINDOW_CHARS` on. */
function cutAfter(text: string, start: number): number {
  const latest = Math.min(start + MAX_WINDOW_CHARS, text.length);
  let place = start + WINDOW_CHARS;
  for (;;) {
    const space = spaceFrom(text, place, latest);
    if (space === undefined) return latest === text.length ? latest : unsafeCut(text, latest);
    const noisy = lastDigit(text, space);
    if (noisy !== undefined) place = noisy + QUIET_CHARS_BEFORE + 1;
    else if (isQuiet(text, space)) return space;
    else place = space + SEARCH_STEP_CHARS;
  }
}

function spaceFrom(text: string, place: number, end: number): number | undefined {
  for (let at = place; at < end; at += 1) if (isSpace(text, at)) return at;
  return undefined;
}

/** The last place in the surroundings of a cut that has a digit. */
function lastDigit(text: string, cut: number): number | undefined {
  const first = Math.max(0, cut - QUIET_CHARS_BEFORE);
  for (let at = Math.min(text.length, cut + QUIET_CHARS_AFTER) - 1; at >= first; at -= 1) {
    const char = text.charAt(at);
    if (char >= '0' && char <= '9') return at;
  }
  return undefined;
}

/** Whether nobody says a number near a cut. */
function isQuiet(text: string, cut: number): boolean {
  const around = text.slice(Math.max(0, cut - QUIET_CHARS_BEFORE), cut + QUIET_CHARS_AFTER);
  const { runs, units } = readSource(around);
  return runs.length === 0 && units.every(({ chars }) => !/[0-9]/.test(chars));
}

/** Between two words if there are any, and not within a character. */
function unsafeCut(text: string, latest: number): number {
  for (let at = latest; at > latest - CONTEXT_CHARS; at -= 1) if (isSpace(text, at)) return at;
  return (text.codePointAt(latest - 1) ?? 0) > 0xffff ? latest - 1 : latest;
}

/** The only white space in plain text. */
function isSpace(text: string, at: number): boolean {
  const char = text.charAt(at);
  return char === ' ' || char === '\n';
}
