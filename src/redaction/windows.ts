import type { Finding } from './finding.js';
import { readSource } from './source.js';

/** A part of a long text that is searched separately. */
export interface Window extends Finding {
  /**
   * Start and end of the part with its context, in which findings of the window are the same as in
   * the whole text.
   */
  from: number;
  to: number;
}

/** Size of a window: some milliseconds for speech, some forty for numbers only. */
const WINDOW_CHARS = 4_096;
/** Maximum size for a text without a safe position for a cut, such as a long list of numbers. */
const MAX_WINDOW_CHARS = 8_192;
/**
 * No detector needs more context across a space: a spoken address begins up to 110 characters
 * before its sign, and its cue is up to 110 characters before that.
 */
const CONTEXT_CHARS = 256;

/**
 * A cut is safe when no number, written or spoken, and no code can span it. The longest code has 33
 * letters, each followed by three signs; its first digit comes after seven groups of six letters.
 */
const QUIET_CHARS_BEFORE = 192;
const QUIET_CHARS_AFTER = 96;
/** Distance to the next position after an unsafe one. */
const SEARCH_STEP_CHARS = 64;

/**
 * Splits a text into windows, so that each finding begins in one window, and is the same there as
 * in the whole text.
 */
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

/** Returns the first safe position from `WINDOW_CHARS` on. */
function cutAfter(text: string, start: number): number {
  const latest = Math.min(start + MAX_WINDOW_CHARS, text.length);
  let position = start + WINDOW_CHARS;
  for (;;) {
    const space = spaceFrom(text, position, latest);
    if (space === undefined) return latest === text.length ? latest : unsafeCut(text, latest);
    const digit = lastDigit(text, space);
    if (digit !== undefined) position = digit + QUIET_CHARS_BEFORE + 1;
    else if (isQuiet(text, space)) return space;
    else position = space + SEARCH_STEP_CHARS;
  }
}

function spaceFrom(text: string, start: number, end: number): number | undefined {
  for (let index = start; index < end; index += 1) if (isSpace(text, index)) return index;
  return undefined;
}

/** Returns the index of the last digit near a cut. */
function lastDigit(text: string, cut: number): number | undefined {
  const first = Math.max(0, cut - QUIET_CHARS_BEFORE);
  for (let index = Math.min(text.length, cut + QUIET_CHARS_AFTER) - 1; index >= first; index -= 1) {
    const char = text.charAt(index);
    if (char >= '0' && char <= '9') return index;
  }
  return undefined;
}

/** Whether there is no spoken number near a cut. */
function isQuiet(text: string, cut: number): boolean {
  const around = text.slice(Math.max(0, cut - QUIET_CHARS_BEFORE), cut + QUIET_CHARS_AFTER);
  const { runs, units } = readSource(around);
  return runs.length === 0 && units.every(({ chars }) => !/[0-9]/.test(chars));
}

/** Returns a position between two words if there is one, and never within a character. */
function unsafeCut(text: string, latest: number): number {
  for (let index = latest; index > latest - CONTEXT_CHARS; index -= 1) if (isSpace(text, index)) return index;
  return (text.codePointAt(latest - 1) ?? 0) > 0xffff ? latest - 1 : latest;
}

/** Whether there is a space or a line break, the only white space in plain text. */
function isSpace(text: string, index: number): boolean {
  const char = text.charAt(index);
  return char === ' ' || char === '\n';
}
