import type { Finding } from './finding.js';
import { fold, mayBeginNumber } from './number-words.js';
import { gapBefore, spokenNumber, type Token } from './tokens.js';

/**
 * Part of a code such as an account number or a plate: letters or digits, written or spelled out.
 */
export interface CodeUnit extends Finding {
  /** Upper case. */
  chars: string;
  /** Text between this unit and the previous one; undefined when it is too long for one code. */
  gap: string | undefined;
  isWrittenSmall: boolean;
  isSpoken: boolean;
  /** Whether a letter, digit or underscore directly precedes or follows the unit. */
  touches: { before: boolean; after: boolean };
}

/** Letters and digits that may be a code, without the gaps between them. */
export interface CodeCandidate extends Finding {
  code: string;
  units: readonly CodeUnit[];
  /** Text between the units: "" between "AB" and "12" in "AB12", "-" in "AB-12". */
  gaps: readonly string[];
}

export interface CodeShape {
  minChars: number;
  maxChars: number;
  /** Pattern of the first four characters, anchored at the start; it rejects most candidates. */
  start: RegExp;
  /** Pattern of the whole upper-case code, anchored at both ends. */
  pattern: RegExp;
  accept: (candidate: CodeCandidate) => boolean;
}

/** Length of the shortest code. */
const MIN_START = 4;
/** The six letters for the names in an Italian tax code. */
const MAX_LETTERS = 6;
/**
 * Maximum number of units before the first digit of a code; a later digit does not belong to it.
 */
const MAX_UNITS_BEFORE_DIGIT = 7;

/**
 * Maximum number of tokens before the first digit, where each unit is spelled with three words: "A
 * wie Anton".
 */
const MAX_TOKENS_BEFORE_DIGIT = 3 * (MAX_UNITS_BEFORE_DIGIT + 1);
/** Length of the longest code, an IBAN with a bank's name in it. */
const MAX_CODE_CHARS = 33;

const HAS_DIGIT = /[0-9]/;
const WORD_CHAR = /[\p{L}\p{N}_]/u;
/** Matches the rest of a compound word, as in "1200 AB-leden". */
const COMPOUND = /^-\p{Ll}{2}/u;

const GAP = /^(?:|[ .-]{1,3}|,? ?\n?|, |\.,? )$/;

/** Latin letters for Cyrillic and Greek capital letters that look like them. */
const LOOKALIKES = new Map(
  Array.from('АВЕКМНОРСТУХΑΒΕΗΙΚΜΝΟΡΤΥΧΖ', (char, index) => [
    char,
    'ABEKMHOPCTYXABEHIKMNOPTYXZ'.charAt(index),
  ]),
);

/**
 * Letters by their words in spelling alphabets, such as "alpha" for A; used only when a label
 * announces a code.
 */
const SPELLING = new Map(
  `alpha alfa bravo charlie delta echo foxtrot golf hotel india juliett juliet kilo lima mike november oscar papa quebec
  romeo sierra tango uniform victor whiskey whisky xray yankee zulu`
    .split(/\s+/)
    .map((word) => [word, word.charAt(0).toUpperCase()]),
);

/**
 * Words between letter and name: "A van Anton", "A wie Anton", "A comme Anatole", "A de Ana", "A
 * come Ancona", "A for Alpha".
 */
const SPELLING_JOINTS = new Set(['van', 'wie', 'comme', 'de', 'come', 'di', 'for', 'as']);

const LETTER_REPEATS = new Map([
  ['double', 2],
  ['dubbel', 2],
  ['dubbele', 2],
  ['doppel', 2],
  ['doble', 2],
  ['doppia', 2],
  ['triple', 3],
]);

/**
 * Reads the units that may belong to a code. Only text near written or spoken digits is read, as
 * every code has a digit.
 */
export function readUnits(text: string, tokens: readonly Token[]): CodeUnit[] {
  const units: CodeUnit[] = [];
  let index = 0;
  let nextDigit = 0;
  let charsLeft = 0;
  while (index < tokens.length) {
    if (nextDigit <= index) nextDigit = indexOfPossibleDigit(tokens, index);
    if (charsLeft <= 0) index = Math.max(index, nextDigit - MAX_TOKENS_BEFORE_DIGIT);
    const read = readUnitAt(text, tokens, { index, previous: units.at(-1) });
    if (read !== undefined) units.push(read.unit);
    charsLeft = charsLeftBehind(read?.unit, charsLeft);
    index += read?.tokens ?? 1;
  }
  return units;
}

function readUnitAt(
  text: string,
  tokens: readonly Token[],
  { index, previous }: { index: number; previous: CodeUnit | undefined },
): { unit: CodeUnit; tokens: number } | undefined {
  const token = tokens[index];
  if (token === undefined) return undefined;
  const gap = gapBefore(text, tokens, index);
  const follows = previous !== undefined && previous.end === tokens[index - 1]?.end && isGap(gap);
  const read = readUnit(text, tokens, {
    index,
    followsNumber: follows && (isSpokenNumber(previous) || previous.chars.length === 1),
  });
  if (read === undefined) return undefined;
  const end = tokens[index + read.tokens - 1]?.end ?? token.end;
  const touches = {
    before: isWordChar(text.charAt(token.start - 1)),
    after: isWordChar(text.charAt(end)) || COMPOUND.test(text.slice(end, end + 3)),
  };
  const unit = { ...read.unit, start: token.start, end, gap: follows ? gap : undefined, touches };
  return { unit, tokens: read.tokens };
}

/** Returns how many characters of a code may follow the unit. */
function charsLeftBehind(unit: CodeUnit | undefined, before: number): number {
  if (unit === undefined) return 0;
  return HAS_DIGIT.test(unit.chars) ? MAX_CODE_CHARS : before - unit.chars.length;
}

function indexOfPossibleDigit(tokens: readonly Token[], from: number): number {
  for (let index = from; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token !== undefined && (token.isDigits || mayBeginNumber(token.text))) return index;
  }
  return Number.POSITIVE_INFINITY;
}

function isGap(gap: string): boolean {
  return gap === ' ' || gap === '' || GAP.test(gap);
}

function isWordChar(char: string): boolean {
  return char !== ' ' && WORD_CHAR.test(char);
}

function isSpokenNumber(unit: CodeUnit): boolean {
  return unit.isSpoken && /^[0-9]/.test(unit.chars);
}

type ReadUnit = { unit: Pick<CodeUnit, 'chars' | 'isWrittenSmall' | 'isSpoken'>; tokens: number };

function readUnit(
  text: string,
  tokens: readonly Token[],
  position: { index: number; followsNumber: boolean },
): ReadUnit | undefined {
  const token = tokens[position.index];
  if (token === undefined) return undefined;
  const written = { isWrittenSmall: false, isSpoken: false };
  if (token.isDigits) return { unit: { ...written, chars: token.text }, tokens: 1 };
  const spelled = readSpelled(text, tokens, position.index);
  if (spelled !== undefined) return spelled;
  // A capital O is a letter, "oh" is a zero.
  const number = /^[A-Z]$/.test(token.text) ? undefined : spokenNumber(text, tokens, position);
  if (number !== undefined) {
    return { unit: { chars: number.digits, isWrittenSmall: false, isSpoken: true }, tokens: number.words };
  }
  const letters = latinLetters(token.text);
  const spelledLetter = SPELLING.get(fold(token.text));
  if (spelledLetter !== undefined && letters?.toUpperCase() !== token.text) {
    return { unit: { chars: spelledLetter, isWrittenSmall: true, isSpoken: true }, tokens: 1 };
  }
  if (letters === undefined || letters.length > MAX_LETTERS) return undefined;
  const chars = letters.toUpperCase();
  return { unit: { chars, isWrittenSmall: letters !== chars, isSpoken: false }, tokens: 1 };
}

/** Reads a spelled letter: "double A", "A wie Anton". */
function readSpelled(text: string, tokens: readonly Token[], index: number): ReadUnit | undefined {
  const [first, second, third] = tokens.slice(index, index + 3);
  if (first === undefined || second === undefined || gapBefore(text, tokens, index + 1) !== ' ')
    return undefined;
  const unit = { isWrittenSmall: false, isSpoken: true };
  const times = LETTER_REPEATS.get(fold(first.text));
  if (times !== undefined && /^[A-Za-z]$/.test(second.text)) {
    return { unit: { ...unit, chars: second.text.toUpperCase().repeat(times) }, tokens: 2 };
  }
  if (!/^[A-Za-z]$/.test(first.text) || !SPELLING_JOINTS.has(fold(second.text))) return undefined;
  const letter = first.text.toUpperCase();
  if (third?.text.length === 1 || third?.text.charAt(0).toUpperCase() !== letter) return undefined;
  return { unit: { ...unit, chars: letter }, tokens: 3 };
}

function latinLetters(word: string): string | undefined {
  if (/^[A-Za-z]+$/.test(word)) return word;
  const latin = Array.from(word, (char) => LOOKALIKES.get(char) ?? char).join('');
  return /^[A-Za-zÄÖÜäöü]+$/.test(latin) ? latin : undefined;
}

/**
 * Finds the longest code of one of the shapes at each start, from left to right. Codes begin and
 * end with whole units.
 */
export function findCodes(units: readonly CodeUnit[], shapes: readonly CodeShape[]): CodeCandidate[] {
  const found: CodeCandidate[] = [];
  let first = 0;
  let nextDigit = -1;
  while (first < units.length) {
    if (nextDigit < first) nextDigit = indexOfDigit(units, first);
    if (nextDigit === -1) break;
    const candidate =
      nextDigit - first <= MAX_UNITS_BEFORE_DIGIT ? longestFrom(units, first, shapes) : undefined;
    if (candidate !== undefined) found.push(candidate);
    first += candidate?.units.length ?? 1;
  }
  return found;
}

function indexOfDigit(units: readonly CodeUnit[], first: number): number {
  for (let index = first; index < units.length; index += 1) {
    if (HAS_DIGIT.test(units[index]?.chars ?? '')) return index;
  }
  return -1;
}

function longestFrom(
  units: readonly CodeUnit[],
  first: number,
  shapes: readonly CodeShape[],
): CodeCandidate | undefined {
  if (units[first]?.touches.before === true) return undefined;
  let longest: CodeCandidate | undefined;
  let code = '';
  for (let last = first; last < units.length; last += 1) {
    const unit = units[last];
    if (unit === undefined || (last > first && unit.gap === undefined)) break;
    code += unit.chars;
    let isOpen = false;
    for (const shape of shapes) {
      if (!mayBecome(shape, code)) continue;
      isOpen = true;
      if (unit.touches.after || code.length < shape.minChars || !shape.pattern.test(code)) continue;
      const candidate = candidateOf(code, units.slice(first, last + 1));
      if (shape.accept(candidate)) longest = candidate;
    }
    if (!isOpen) break;
  }
  return longest;
}

function mayBecome({ maxChars, start }: CodeShape, code: string): boolean {
  return code.length <= maxChars && (code.length < MIN_START || start.test(code));
}

function candidateOf(code: string, units: readonly CodeUnit[]): CodeCandidate {
  return {
    code,
    units,
    gaps: units.slice(1).map(({ gap }) => gap ?? ''),
    start: units[0]?.start ?? 0,
    end: units.at(-1)?.end ?? 0,
  };
}
