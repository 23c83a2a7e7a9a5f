import type { Finding } from './detector.js';

/**
 * What may stand between two digits of one number: "06 - 12", "(0)20", "03/123.45". Spaces and hyphens in all their forms,
 * since recognisers and editors prefer the non-breaking ones.
 */
const SEPARATOR = /^[ \u00A0\u2009\u202F.\-\u2010\u2011\u2013/()]*$/;

/** As in "06 - 12"; more is a gap between two things. */
const MAX_SEPARATOR_CHARS = 3;

/** No number that we look for has more digits: 19 of a card, 17 of "00" and an international telephone number. */
const MAX_DIGITS = 20;

/** Scripts that write spaces between words: a digit that touches such a letter ("2e", "B12") is no number of its own. */
const SPACED_LETTER = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}_]/u;

export interface DigitGroup {
  digits: string;
  start: number;
  end: number;
  /** What stands before this group, back to the previous one; empty for the first of a run. */
  separator: string;
}

/** Digits without separators, and the groups that they were written in. */
export interface DigitCandidate {
  digits: string;
  groups: DigitGroup[];
}

export interface NumberShape {
  /** Anchored at both ends. Asked first, since it is cheap: most stretches of a long list of digits end here. */
  digits: RegExp;
  accept: (candidate: DigitCandidate) => boolean;
}

/**
 * Looks at every stretch of whole groups of digits, and reports the longest of that shape from each start, left to right.
 * Only whole groups: a number is found completely or not at all.
 */
export function findDigits(text: string, shape: NumberShape): DigitCandidate[] {
  return findRuns(text).flatMap((run) => findInRun(run, shape));
}

/** From the first digit to the last. */
export function span({ groups }: DigitCandidate): Finding {
  return { start: groups[0]?.start ?? 0, end: groups.at(-1)?.end ?? 0 };
}

/** Groups that may belong together, in the order of the text. */
function findRuns(text: string): DigitGroup[][] {
  const runs: DigitGroup[][] = [];
  let previous: DigitGroup | undefined;
  for (const match of text.matchAll(/[0-9]+/g)) {
    const group = readGroup(text, match[0], match.index, previous);
    if (group === undefined) {
      previous = undefined;
      continue;
    }
    if (group.separator === '') runs.push([group]);
    else runs.at(-1)?.push(group);
    previous = group;
  }
  return runs;
}

function readGroup(
  text: string,
  digits: string,
  start: number,
  previous: DigitGroup | undefined,
): DigitGroup | undefined {
  const end = start + digits.length;
  if (SPACED_LETTER.test(text.charAt(start - 1)) || SPACED_LETTER.test(text.charAt(end))) return undefined;
  const gap = previous === undefined ? '' : text.slice(previous.end, start);
  const continues = gap.length <= MAX_SEPARATOR_CHARS && SEPARATOR.test(gap);
  return { digits, start, end, separator: continues ? gap : '' };
}

function findInRun(run: DigitGroup[], shape: NumberShape): DigitCandidate[] {
  const found: DigitCandidate[] = [];
  let first = 0;
  while (first < run.length) {
    const candidate = longestFrom(run, first, shape);
    if (candidate !== undefined) found.push(candidate);
    first += candidate?.groups.length ?? 1;
  }
  return found;
}

function longestFrom(run: DigitGroup[], first: number, shape: NumberShape): DigitCandidate | undefined {
  let longest: DigitCandidate | undefined;
  let digits = '';
  for (let last = first; last < run.length; last += 1) {
    digits += run[last]?.digits ?? '';
    if (digits.length > MAX_DIGITS) break;
    if (!shape.digits.test(digits)) continue;
    const candidate = { digits, groups: run.slice(first, last + 1) };
    if (shape.accept(candidate)) longest = candidate;
  }
  return longest;
}
