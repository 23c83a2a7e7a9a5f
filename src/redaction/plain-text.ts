import type { Steps } from './steps.js';

/** A text as the detectors read it, and the way back to the places in the original. */
export interface PlainText {
  text: string;
  /** Original place of a stretch of the plain text, in UTF-16 units. */
  toOriginal: (start: number, end: number) => { start: number; end: number };
}

const LINE_END = /[\r\v\f\u0085\u2028\u2029]/;
const SPACE = /[\t\p{Zs}]/u;
const DASH = /[\p{Pd}\u2043\u2212]/u;
const DIGIT = /\p{Nd}/u;
/** Full-width and small forms of ASCII, as East Asian input methods write them: `＠`, `．`, `Ａ`. */
const WIDE_FORM = /[\uFE50-\uFE6B\uFF01-\uFF5E]/;
const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/u;
/** Whatever is read as something else; what is ASCII already is none of it. */
const TRANSLATED =
  /(?![ \-0-9])[\r\v\f\u0085\u2028\u2029\t\p{Zs}\p{Pd}\u2043\u2212\p{Nd}\uFE50-\uFE6B\uFF01-\uFF5E\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** A decimal digit of any script is at most nine places behind its zero. */
const LAST_DIGIT = 9;

/** Read at once: some milliseconds where each character is translated. */
const STEP_CHARS = 16_384;

/** A character of the original that is longer than what it is read as, which is all that moves places. */
interface Shortened {
  /** Place in the plain text: of what it is read as, and behind it. */
  plainStart: number;
  plainEnd: number;
  /** Place behind it in the original. */
  originalEnd: number;
}

/**
 * Reads what looks like ASCII as ASCII: digits of every script, full-width letters and signs, all spaces and hyphens; leaves
 * out what cannot be seen (zero-width and direction marks, soft hyphens). Everything else stays as it is.
 */
export function* plainTextSteps(original: string): Steps<PlainText> {
  const pieces: string[] = [];
  const shortened: Shortened[] = [];
  let plainLength = 0;
  let start = 0;
  while (start < original.length) {
    const end = endOfStep(original, start);
    const step = start;
    let read = start;
    const plain = original.slice(start, end).replace(TRANSLATED, (char: string, offset: number) => {
      const translated = plainChar(char);
      plainLength += step + offset - read;
      read = step + offset + char.length;
      const plainStart = plainLength;
      plainLength += translated.length;
      if (translated.length < char.length) {
        note(shortened, { plainStart, plainEnd: plainLength, originalEnd: read });
      }
      return translated;
    });
    plainLength += end - read;
    pieces.push(plain);
    start = end;
    yield;
  }
  return { text: pieces.join(''), toOriginal: (start, end) => toOriginal(shortened, start, end) };
}

/** A row of characters that nobody sees counts as one. */
function note(shortened: Shortened[], next: Shortened): void {
  const last = shortened.at(-1);
  const isRow = last?.plainStart === next.plainEnd && next.plainStart === next.plainEnd;
  if (last !== undefined && isRow) last.originalEnd = next.originalEnd;
  else shortened.push(next);
}

/** Not between the halves of a surrogate pair. */
function endOfStep(text: string, start: number): number {
  const end = Math.min(start + STEP_CHARS, text.length);
  const isBetweenHalves = end < text.length && (text.codePointAt(end - 1) ?? 0) > 0xffff;
  return isBetweenHalves ? end + 1 : end;
}

function toOriginal(
  shortened: readonly Shortened[],
  start: number,
  end: number,
): { start: number; end: number } {
  return { start: placeOf(shortened, start, 'start'), end: placeOf(shortened, end, 'end') };
}

/** A character that nobody sees belongs to neither side: a stretch begins behind it, and ends before it. */
function placeOf(shortened: readonly Shortened[], place: number, side: 'start' | 'end'): number {
  let low = 0;
  let high = shortened.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { plainStart = 0, plainEnd = 0 } = shortened[middle] ?? {};
    const isBefore = side === 'start' ? plainEnd <= place : plainEnd <= place && plainStart < place;
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  const last = shortened[low - 1];
  return last === undefined ? place : last.originalEnd + place - last.plainEnd;
}

function plainChar(char: string): string {
  if (LINE_END.test(char)) return '\n';
  if (SPACE.test(char)) return ' ';
  if (DASH.test(char)) return '-';
  if (DIGIT.test(char)) return digitValue(char);
  if (WIDE_FORM.test(char)) return char.normalize('NFKC');
  return IGNORABLE.test(char) ? '' : char;
}

function digitValue(char: string): string {
  const compatible = char.normalize('NFKC');
  if (/^[0-9]$/.test(compatible)) return compatible;
  const codePoint = char.codePointAt(0) ?? 0;
  let value = 0;
  while (value < LAST_DIGIT && DIGIT.test(String.fromCodePoint(codePoint - value - 1))) value += 1;
  return String(value);
}
