import type { Steps } from './steps.js';

/** Normalized text for the detectors, with a mapping to positions in the original. */
export interface PlainText {
  text: string;
  /** Maps a range of the plain text to the original, in UTF-16 units. */
  toOriginal: (start: number, end: number) => { start: number; end: number };
}

const LINE_END = /[\r\v\f\u0085\u2028\u2029]/;
const SPACE = /[\t\p{Zs}]/u;
const DASH = /[\p{Pd}\u2043\u2212]/u;
const DIGIT = /\p{Nd}/u;
/** Full-width and small forms of ASCII from East Asian input methods: `＠`, `．`, `Ａ`. */
const WIDE_FORM = /[\uFE50-\uFE6B\uFF01-\uFF5E]/;
const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/u;
/** Characters that are replaced; printable ASCII is not among them. */
const TRANSLATED =
  /(?![ \-0-9])[\r\v\f\u0085\u2028\u2029\t\p{Zs}\p{Pd}\u2043\u2212\p{Nd}\uFE50-\uFE6B\uFF01-\uFF5E\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** The digits of a script follow its zero in consecutive code points. */
const LAST_DIGIT = 9;

/** Characters per step, which takes some milliseconds if each is replaced. */
const STEP_CHARS = 16_384;

/** A character of the original whose replacement is shorter; only these shift positions. */
interface Shortened {
  /** Start and end of the replacement in the plain text. */
  plainStart: number;
  plainEnd: number;
  /** End of the character in the original. */
  originalEnd: number;
}

/**
 * Replaces ASCII look-alikes by ASCII: digits of every script, full-width letters and signs, all
 * spaces and hyphens. Removes invisible characters (zero-width and direction marks, soft hyphens).
 * All other characters stay unchanged.
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

/** Records a shortened character. A row of invisible characters counts as one. */
function note(shortened: Shortened[], next: Shortened): void {
  const last = shortened.at(-1);
  const isRow = last?.plainStart === next.plainEnd && next.plainStart === next.plainEnd;
  if (last !== undefined && isRow) last.originalEnd = next.originalEnd;
  else shortened.push(next);
}

/** Returns the end of a step, which is never between the halves of a surrogate pair. */
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
  return { start: originalIndex(shortened, start, 'start'), end: originalIndex(shortened, end, 'end') };
}

/**
 * Maps an index to the original. Invisible characters at the edges of a range are excluded from it.
 */
function originalIndex(shortened: readonly Shortened[], index: number, side: 'start' | 'end'): number {
  let low = 0;
  let high = shortened.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { plainStart = 0, plainEnd = 0 } = shortened[middle] ?? {};
    const isBefore = side === 'start' ? plainEnd <= index : plainEnd <= index && plainStart < index;
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  const last = shortened[low - 1];
  return last === undefined ? index : last.originalEnd + index - last.plainEnd;
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
