import { isAmount } from '../context.js';
import type { Detector } from '../detector.js';
import { type DigitCandidate, findDigits, span } from '../digit-runs.js';

/** The Dutch citizen service number: nine digits, weighted 9 to 2 and -1, sum divisible by eleven. */
const WEIGHTS = [9, 8, 7, 6, 5, 4, 3, 2, -1];

/** How people group it when they write it; one random number in eleven passes the test, so not every grouping counts. */
const GROUPINGS = new Set(['9', '3,3,3', '4,2,3', '2,3,4', '1,1,1,1,1,1,1,1,1']);

/** What announces the number. With it neither the test nor the ninth digit is asked for: a recogniser may have misheard. */
const LABEL = /(?:\bbsn|burgerservicenummer|sofi-?nummer)[^0-9]{0,24}$/iu;
const LABEL_CHARS = 48;

/** Numbers that are called a BSN, or "burgerservicenummer". */
export const labelledBsnDetector: Detector = {
  kind: 'bsn',
  find: (text) => {
    const isLabelled = (candidate: DigitCandidate): boolean => {
      const { start } = span(candidate);
      return LABEL.test(text.slice(Math.max(0, start - LABEL_CHARS), start));
    };
    return findDigits(text, { digits: /^\d{8,9}$/, accept: isLabelled }).map(span);
  },
};

/** Numbers that nobody announced, but that pass the eleven-test, look like one and are no amount. */
export const bsnDetector: Detector = {
  kind: 'bsn',
  find: (text) =>
    findDigits(text, {
      digits: /^(?!00)\d{9}$/,
      accept: (candidate) => isBsn(candidate) && !isAmount(text, span(candidate)),
    }).map(span),
};

function isBsn({ digits, groups }: DigitCandidate): boolean {
  if (!GROUPINGS.has(groups.map((group) => group.digits.length).join(','))) return false;
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(digits.charAt(index)), 0);
  return sum % 11 === 0;
}
