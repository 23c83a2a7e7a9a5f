import { isAmount, isPartOfName } from '../context.js';
import type { Detector } from '../detector.js';
import { type DigitCandidate, findDigits, span } from '../digit-runs.js';
import { announcedBy, isReference } from '../labels.js';
import { personNumber } from '../person-number.js';

/**
 * Usual groupings. Other groupings are not accepted, as one random number in eleven passes the
 * test.
 */
const GROUPINGS = new Set(['9', '3,3,3', '4,2,3', '2,3,4', '1,1,1,1,1,1,1,1,1']);

const isBsn = personNumber('NL', 'bsn');

const isAnnounced = announcedBy('bsn(?:-?nummer)?|burger ?service ?nummer|sofi-?nummer');

/**
 * Finds numbers with a BSN label, in any grouping, also without the leading zero, which is often
 * omitted.
 */
export const labeledBsnDetector: Detector = {
  kind: 'bsn',
  find: ({ text, runs }) =>
    findDigits(runs, {
      length: [8, 9],
      digits: /^\d{8,9}$/,
      allowsPauses: true,
      accept: (candidate) => isAnnounced(text, span(candidate).start) && passesElevenTest(candidate.digits),
    }).map(span),
};

/**
 * Finds numbers without a label that pass the eleven-test, have a usual grouping, and are no amount
 * or order number.
 */
export const bsnDetector: Detector = {
  kind: 'bsn',
  find: ({ text, runs }) =>
    findDigits(runs, {
      length: [9, 9],
      // Nine single digits within a longer row of single digits are no BSN.
      begins: ({ digits, separator, followsPause }) => digits.length > 1 || separator === '' || followsPause,
      isReference: ({ start }) => isReference(text, start) || isPartOfName(text, start),
      digits: /^(?!00)\d{9}$/,
      accept: (candidate) =>
        isUsual(candidate) && passesElevenTest(candidate.digits) && !isAmount(text, span(candidate)),
    }).map(span),
};

function isUsual({ groups }: DigitCandidate): boolean {
  if (groups.every((group) => group.isSpoken)) return true;
  return GROUPINGS.has(groups.map((group) => group.digits.length).join(','));
}

/**
 * Whether the sum of nine digits, weighted 9 to 2 and -1, is divisible by eleven; not for zeros
 * only.
 */
function passesElevenTest(digits: string): boolean {
  return /[1-9]/.test(digits) && isBsn(digits.padStart(9, '0'));
}
