import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Detector } from '../detector.js';
import { phoneDetector } from '../phone-detector.js';

/** E.164 allows 15 digits with the country code; the shortest numbers in use have 7. */
const DIGITS = /^(?:00)?[1-9]\d{6,15}$/;

/**
 * `+` or `00`, country code, number; a trunk zero in between is taken along, as in "+31 (0)6". The country must exist and its
 * numbers be of that length; whether the number is in use is not asked.
 */
export const internationalPhoneDetector: Detector = phoneDetector({
  begins: ({ digits, plus, isAnnounced }) => plus || digits.startsWith('0') || isAnnounced(),
  length: [7, 17],
  digits: DIGITS,
  fits: ({ digits, plus, groups, isAnnounced }) => {
    if (plus) return isPossible(digits);
    if (!digits.startsWith('00')) return isAnnounced() && groups.length > 1 && isComplete(digits);
    // "00" on its own may be midnight or a score.
    return isPossible(digits.slice(2)) && (isOurs(digits.slice(2)) || groups[0]?.digits !== '00');
  },
});

/** The countries whose callers most often write no plus: a number with such a code must be of its exact length. */
function isComplete(digits: string): boolean {
  return (
    /^(?:31|32|33|34|39|44|49)/.test(digits) && parsePhoneNumberFromString(`+${digits}`)?.isValid() === true
  );
}

function isOurs(digits: string): boolean {
  return /^(?:1|31|32|33|34|35[12]|39|4[1-9])/.test(digits);
}

function isPossible(digits: string): boolean {
  // A trunk zero behind the code: the library wants it gone, but not in Italy, where it belongs to the number.
  const number = /^(31|32|33|41|43|44|49)0(\d+)$/.exec(digits);
  const plain = number === null ? digits : `${number[1] ?? ''}${number[2] ?? ''}`;
  return parsePhoneNumberFromString(`+${plain}`)?.isPossible() === true;
}
