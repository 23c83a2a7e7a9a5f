import { isAmount, isPartOfName } from '../context.js';
import type { Detector } from '../detector.js';
import { type DigitCandidate, findDigits, span } from '../digit-runs.js';
import { announcedBy, isReference } from '../labels.js';
import { personNumber } from '../person-number.js';

/** How people group it when they write it; one random number in eleven passes the test, so not every grouping counts. */
const GROUPINGS = new Set(['9', '3,3,3', '4,2,3', '2,3,4', '1,1,1,1,1,1,1,1,1']);

const isBsn = personNumber('NL', 'bsn');

const isAnnounced = announcedBy('bsn(?:-?nummer)?|burger ?service ?nummer|sofi-?nummer');

/** Numbers that are called a BSN: in any grouping, and without the leading zero that is often left out. */
export const labelledBsnDetector: Detector = {
  kind: 'bsn',
  find: ({ text, runs }) =>
    findDigits(runs, {
      length: [8, 9],
      digits: /^\d{8,9}$/,
      allowsPauses: true,
      accept: (candidate) => isAnnounced(text, span(candidate).start) && passesElevenTest(candidate.digits),
    }).map(span),
};

/** Numbers that nobody announced, but that pass the eleven-test, look like one and are no amount or order number. */
export const bsnDetector: Detector = {
  kind: 'bsn',
  find: ({ text, runs }) =>
    findDigits(runs, {
      length: [9, 9],
      // Nine single digits in a longer row of them are none.
      begins: ({ digits, separator, followsPause }) => digits.length > 1 || separator === '' || followsPause,
      isThing: ({ start }) => isReference(text, start) || isPartOfName(text, start),
      digits: /^(?!00)\d{9}$/,
      accept: (candidate) =>
        isUsual(candidate) && passesElevenTest(candidate.digits) && !isAmount(text, span(candidate)),
    }).map(span),
};

function isUsual({ groups }: DigitCandidate): boolean {
  if (groups.every((group) => group.isSpoken)) return true;
  return GROUPINGS.has(groups.map((group) => group.digits.length).join(','));
}

/** Nine digits, weighted 9 to 2 and -1, sum divisible by eleven; not all noughts. */
function passesElevenTest(digits: string): boolean {
  return /[1-9]/.test(digits) && isBsn(digits.padStart(9, '0'));
}
