import type { Finding } from './finding.js';
import { fold, mayBeginNumber } from './number-words.js';
import { spokenNumber, type Token } from './tokens.js';

/** Matches text between two digits of one number: "06 - 12", "(0)20", "03/123.45". */
const SEPARATOR = /^[ .\-/()]*$/;
/** Longest separator, as in "06 - 12"; a longer one separates two numbers. */
const MAX_SEPARATOR_CHARS = 3;

/**
 * Matches a pause as recognizers write it; it joins the parts of a number only if the shape of the
 * number is unambiguous.
 */
const PAUSE = /^[ .,\-/()\n…]*$/;
const MAX_PAUSE_CHARS = 6;

/** Filler words between the parts of a number, folded. */
const FILLERS = new Set(
  `uh uhm um eh euh ehm hm ah ahm dan dann then puis poi luego dash hyphen streepje tiret trattino guion strich bindestrich
  punt point punkt punto dot slash stop`.split(/\s+/),
);
const MAX_FILLERS = 2;

/**
 * Letters of scripts with spaces between words; a digit next to such a letter ("2e", "B12") is no
 * separate number.
 */
const SPACED_LETTER = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}_]/u;

export interface DigitGroup {
  digits: string;
  start: number;
  end: number;
  /** Text between the previous group and this one; empty for the first group of a run. */
  separator: string;
  /** Whether it is spoken in words, not written in digits. */
  isSpoken: boolean;
  /** Whether a pause, not a separator, precedes it. */
  followsPause: boolean;
}

/** Digits without separators, and their groups in the text. */
export interface DigitCandidate {
  digits: string;
  groups: DigitGroup[];
}

export interface NumberShape {
  /** Minimum and maximum number of digits; rejects most candidates in a long list of digits. */
  length: readonly [min: number, max: number];
  /**
   * Whether a number can begin with this group; checked once per group, and rejects most groups.
   */
  begins?: (group: DigitGroup) => boolean;
  /** Whether the groups from this one up to a pause are a reference, in which no number begins. */
  isReference?: (group: DigitGroup) => boolean;
  /** Pattern of all digits, anchored at both ends. */
  digits: RegExp;
  accept: (candidate: DigitCandidate) => boolean;
  /** Whether it may continue after a comma, a line break or an "er": "06, 12 34, 56 78". */
  allowsPauses?: boolean;
}

/**
 * Finds numbers of the given shape, from left to right: the longest sequence of whole groups at
 * each start. A sequence without pauses is preferred to a longer one with pauses. Only whole groups
 * count, so that a number is found completely or not at all.
 */
export function findDigits(runs: readonly DigitGroup[][], shape: NumberShape): DigitCandidate[] {
  const [minDigits] = shape.length;
  const found: DigitCandidate[] = [];
  for (const run of runs) {
    if (hasDigits(run, minDigits)) for (const candidate of findInRun(run, shape)) found.push(candidate);
  }
  return found;
}

/** Returns the range from the first digit to the last. */
export function span({ groups }: DigitCandidate): Finding {
  return { start: groups[0]?.start ?? 0, end: groups.at(-1)?.end ?? 0 };
}

/** Reads the runs of groups that may belong together, in the order of the text. */
export function readRuns(text: string, tokens: readonly Token[]): DigitGroup[][] {
  const runs: DigitGroup[][] = [];
  let previous: DigitGroup | undefined;
  let fillers = 0;
  let index = 0;
  while (index < tokens.length) {
    const read = readGroup(text, tokens, { index, previous });
    if (read === undefined) {
      fillers += 1;
      if (fillers > MAX_FILLERS || !isFiller(tokens[index])) previous = undefined;
      index += 1;
      continue;
    }
    if (read.group.separator === '') runs.push([read.group]);
    else runs.at(-1)?.push(read.group);
    previous = read.group;
    fillers = 0;
    index += read.tokens;
  }
  return runs;
}

function isFiller(token: Token | undefined): boolean {
  return token !== undefined && !token.isDigits && FILLERS.has(fold(token.text));
}

function readGroup(
  text: string,
  tokens: readonly Token[],
  { index, previous }: { index: number; previous: DigitGroup | undefined },
): { group: DigitGroup; tokens: number } | undefined {
  const token = tokens[index];
  if (token === undefined || !(token.isDigits || mayBeginNumber(token.text))) return undefined;
  const gap = previous === undefined ? '' : text.slice(previous.end, token.start);
  const kind = previous === undefined ? undefined : gapKind(gap);
  const followsNumber = previous?.isSpoken === true && kind !== undefined;
  const read = readDigits(text, tokens, { index, followsNumber });
  if (read === undefined) return undefined;
  const group = {
    digits: read.digits,
    start: token.start,
    end: read.end,
    separator: kind === undefined ? '' : gap,
    isSpoken: !token.isDigits,
    followsPause: kind === 'pause',
  };
  return { group, tokens: read.words };
}

function readDigits(
  text: string,
  tokens: readonly Token[],
  position: { index: number; followsNumber: boolean },
): { digits: string; words: number; end: number } | undefined {
  const token = tokens[position.index];
  if (token === undefined) return undefined;
  const number = token.isDigits ? { digits: token.text, words: 1 } : spokenNumber(text, tokens, position);
  if (number === undefined) return undefined;
  const end = tokens[position.index + number.words - 1]?.end ?? token.end;
  return touchesLetter(text, token.start, end) ? undefined : { ...number, end };
}

/**
 * Whether a letter adjoins the group, or digits adjoin a number word ("zes12"), so that it is no
 * separate number.
 */
function touchesLetter(text: string, start: number, end: number): boolean {
  const neighbors = text.charAt(start - 1) + text.charAt(end);
  // Most groups are between spaces.
  if (neighbors === '  ') return false;
  return SPACED_LETTER.test(neighbors) || (/[0-9]/.test(neighbors) && !/^[0-9]/.test(text.charAt(start)));
}

function gapKind(gap: string): 'separator' | 'pause' | undefined {
  if (gap === ' ' || (gap.length <= MAX_SEPARATOR_CHARS && SEPARATOR.test(gap))) return 'separator';
  const signs = gap.replace(/[\p{L}\p{M}]+/gu, '');
  return signs.length <= MAX_PAUSE_CHARS && PAUSE.test(signs) ? 'pause' : undefined;
}

function hasDigits(run: readonly DigitGroup[], count: number): boolean {
  let size = 0;
  for (const { digits } of run) {
    size += digits.length;
    if (size >= count) return true;
  }
  return false;
}

function findInRun(run: readonly DigitGroup[], shape: NumberShape): DigitCandidate[] {
  const found: DigitCandidate[] = [];
  let first = 0;
  while (first < run.length) {
    const skipped = groupsOfReference(run, first, shape);
    if (skipped > 0) {
      first += skipped;
      continue;
    }
    const candidate = bestFrom(run, first, shape);
    if (candidate !== undefined) found.push(candidate);
    first += candidate?.groups.length ?? 1;
  }
  return found;
}

function groupsOfReference(run: readonly DigitGroup[], first: number, { isReference }: NumberShape): number {
  const head = run[first];
  if (isReference === undefined || head === undefined) return 0;
  if ((first > 0 && !head.followsPause) || !isReference(head)) return 0;
  let end = first + 1;
  while (end < run.length && run[end]?.followsPause === false) end += 1;
  return end - first;
}

function bestFrom(run: readonly DigitGroup[], first: number, shape: NumberShape): DigitCandidate | undefined {
  const [minDigits, maxDigits] = shape.length;
  const head = run[first];
  if (head === undefined || shape.begins?.(head) === false) return undefined;
  let longest: DigitCandidate | undefined;
  let size = 0;
  for (let index = first; index < run.length; index += 1) {
    const group = run[index];
    if (group === undefined) break;
    const isBehindPause = index > first && group.followsPause;
    if (isBehindPause && endsBefore(group, { head, shape, isComplete: longest !== undefined })) break;
    size += group.digits.length;
    if (size > maxDigits) break;
    if (size < minDigits) continue;
    const digits = digitsOf(run, first, index);
    if (!shape.digits.test(digits)) continue;
    const groups = run.slice(first, index + 1);
    if (shape.accept({ digits, groups })) longest = { digits, groups };
  }
  return longest;
}

function digitsOf(run: readonly DigitGroup[], first: number, last: number): string {
  let digits = '';
  for (let index = first; index <= last; index += 1) digits += run[index]?.digits ?? '';
  return digits;
}

/**
 * Whether a number ends before a pause: a written number is complete before a comma, but speakers
 * pause anywhere.
 */
function endsBefore(
  group: DigitGroup,
  { head, shape, isComplete }: { head: DigitGroup; shape: NumberShape; isComplete: boolean },
): boolean {
  return shape.allowsPauses !== true || (isComplete && !(head.isSpoken && group.isSpoken));
}
