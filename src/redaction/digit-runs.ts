import type { Finding } from './finding.js';
import { fold, mayBeginNumber } from './number-words.js';
import { spokenNumber, type Token } from './tokens.js';

/** What may stand between two digits of one number: "06 - 12", "(0)20", "03/123.45". */
const SEPARATOR = /^[ .\-/()]*$/;
/** As in "06 - 12"; more is a gap between two things. */
const MAX_SEPARATOR_CHARS = 3;

/** Pauses as recognizers write them; they join the parts of a number only where its shape leaves no doubt. */
const PAUSE = /^[ .,\-/()\n…]*$/;
const MAX_PAUSE_CHARS = 6;

/** What people say between the parts of a number, folded. */
const FILLERS = new Set(
  `uh uhm um eh euh ehm hm ah ahm dan dann then puis poi luego dash hyphen streepje tiret trattino guion strich bindestrich
  punt point punkt punto dot slash stop`.split(/\s+/),
);
const MAX_FILLERS = 2;

/** Scripts that write spaces between words: a digit that touches such a letter ("2e", "B12") is no number of its own. */
const SPACED_LETTER = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}_]/u;

export interface DigitGroup {
  digits: string;
  start: number;
  end: number;
  /** What stands before this group, back to the previous one; empty for the first of a run. */
  separator: string;
  /** Said in words, not written in digits. */
  isSpoken: boolean;
  /** A pause, not a separator, stands before it. */
  followsPause: boolean;
}

/** Digits without separators, and the groups that they were written in. */
export interface DigitCandidate {
  digits: string;
  groups: DigitGroup[];
}

export interface NumberShape {
  /** Fewest and most digits: most stretches of a long list of digits end here. */
  length: readonly [min: number, max: number];
  /** Whether a number can begin with this group: asked once, and most groups end here. */
  begins?: (group: DigitGroup) => boolean;
  /** Whether the groups from this one on, up to a pause, name a thing: no number begins among them. */
  isThing?: (group: DigitGroup) => boolean;
  /** Anchored at both ends. */
  digits: RegExp;
  accept: (candidate: DigitCandidate) => boolean;
  /** Whether it may go on after a comma, a line break or an "er": "06, 12 34, 56 78". */
  allowsPauses?: boolean;
}

/**
 * Looks at every stretch of whole groups of digits, and reports the longest of that shape from each start, left to right;
 * one without pauses comes before a longer one with pauses. Only whole groups: a number is found completely or not at all.
 */
export function findDigits(runs: readonly DigitGroup[][], shape: NumberShape): DigitCandidate[] {
  const [minDigits] = shape.length;
  const found: DigitCandidate[] = [];
  for (const run of runs) {
    if (hasDigits(run, minDigits)) for (const candidate of findInRun(run, shape)) found.push(candidate);
  }
  return found;
}

/** From the first digit to the last. */
export function span({ groups }: DigitCandidate): Finding {
  return { start: groups[0]?.start ?? 0, end: groups.at(-1)?.end ?? 0 };
}

/** Groups that may belong together, in the order of the text. */
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
  place: { index: number; previous: DigitGroup | undefined },
): { group: DigitGroup; tokens: number } | undefined {
  const { index, previous } = place;
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
  place: { index: number; followsNumber: boolean },
): { digits: string; words: number; end: number } | undefined {
  const token = tokens[place.index];
  if (token === undefined) return undefined;
  const number = token.isDigits ? { digits: token.text, words: 1 } : spokenNumber(text, tokens, place);
  if (number === undefined) return undefined;
  const end = tokens[place.index + number.words - 1]?.end ?? token.end;
  return touchesLetter(text, token.start, end) ? undefined : { ...number, end };
}

/** A word that touches digits ("zes12") is no number of its own either. */
function touchesLetter(text: string, start: number, end: number): boolean {
  const neighbours = text.charAt(start - 1) + text.charAt(end);
  // Between spaces, as most are.
  if (neighbours === '  ') return false;
  return SPACED_LETTER.test(neighbours) || (/[0-9]/.test(neighbours) && !/^[0-9]/.test(text.charAt(start)));
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
    const skipped = groupsOfThing(run, first, shape);
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

function groupsOfThing(run: readonly DigitGroup[], first: number, { isThing }: NumberShape): number {
  const head = run[first];
  if (isThing === undefined || head === undefined || (first > 0 && !head.followsPause) || !isThing(head))
    return 0;
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

/** Whether a number ends before a pause. What is written is complete before a comma; who speaks draws breath anywhere. */
function endsBefore(
  group: DigitGroup,
  { head, shape, isComplete }: { head: DigitGroup; shape: NumberShape; isComplete: boolean },
): boolean {
  return shape.allowsPauses !== true || (isComplete && !(head.isSpoken && group.isSpoken));
}
