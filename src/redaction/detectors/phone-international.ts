import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Detector } from '../detector.js';
import { phoneDetector } from '../phone-detector.js';

/** E.164 allows 15 digits with the country code; the shortest numbers in use have 7. */
const DIGITS = /^(?:00)?[1-9]\d{6,15}$/;

/**
 * Finds `+` or `00`, country code and number, also with a trunk zero in between, as in "+31 (0)6".
 * The country must exist, and the length must be possible there; whether the number is in use is
 * not checked.
 */
export const internationalPhoneDetector: Detector = phoneDetector({
  begins: ({ digits, plus, isAnnounced }) => plus || digits.startsWith('0') || isAnnounced(),
  length: [7, 17],
  digits: DIGITS,
  fits: ({ digits, plus, groups, isAnnounced }) => {
    if (plus) return isPossible(digits);
    if (!digits.startsWith('00')) return isAnnounced() && groups.length > 1 && isComplete(digits);
    // A separate "00" may be midnight or a score.
    return isPossible(digits.slice(2)) && (isCommonCountry(digits.slice(2)) || groups[0]?.digits !== '00');
  },
});

/**
 * Whether the number is complete and valid in a country whose numbers are often written without a
 * plus.
 */
function isComplete(digits: string): boolean {
  return (
    /^(?:31|32|33|34|39|44|49)/.test(digits) && parsePhoneNumberFromString(`+${digits}`)?.isValid() === true
  );
}

function isCommonCountry(digits: string): boolean {
  return /^(?:1|31|32|33|34|35[12]|39|4[1-9])/.test(digits);
}

function isPossible(digits: string): boolean {
  // The library does not accept a trunk zero after the country code, except in Italy, where it
  // belongs to the number.
  const number = /^(31|32|33|41|43|44|49)0(\d+)$/.exec(digits);
  const plain = number === null ? digits : `${number[1] ?? ''}${number[2] ?? ''}`;
  return parsePhoneNumberFromString(`+${plain}`)?.isPossible() === true;
}
