import type { Detector } from '../detector.js';
import { phoneDetector } from '../phone-detector.js';

/** Fewest and most digits behind the country code (ITU-T E.164 and the national plans). */
const NATIONAL_DIGITS: Record<string, [min: number, max: number]> = {
  '1': [10, 10], // North America
  '31': [9, 9], // Netherlands
  '32': [8, 9], // Belgium
  '33': [9, 9], // France
  '34': [9, 9], // Spain
  '39': [6, 11], // Italy
  '41': [9, 9], // Switzerland
  '43': [6, 12], // Austria
  '44': [9, 10], // United Kingdom
  '45': [8, 8], // Denmark
  '46': [7, 9], // Sweden
  '47': [8, 8], // Norway
  '48': [9, 9], // Poland
  '49': [6, 11], // Germany
  '352': [6, 9], // Luxembourg
  '353': [7, 9], // Ireland
  '380': [9, 9], // Ukraine
};

/** E.164 allows 15 digits with the country code; the shortest numbers in use have 7. */
const DIGITS = /^(?:00)?[1-9]\d{6,14}$/;

/** `+` or `00`, country code, number; a trunk zero in between is taken along, as in "+31 (0)6". */
export const internationalPhoneDetector: Detector = phoneDetector({
  digits: DIGITS,
  fits: ({ digits, groups, plus }) => {
    if (plus) return isInternational(digits) ?? !digits.startsWith('0');
    if (!digits.startsWith('00')) return false;
    // "00" on its own may be midnight or a score: then only a country that we know makes it a telephone number.
    return isInternational(digits.slice(2)) ?? groups[0]?.digits !== '00';
  },
});

/** Undefined when the country is not in the table. */
function isInternational(digits: string): boolean | undefined {
  const country = [3, 2, 1].map((size) => digits.slice(0, size)).find((code) => code in NATIONAL_DIGITS);
  const limits = country === undefined ? undefined : NATIONAL_DIGITS[country];
  if (country === undefined || limits === undefined) return undefined;
  const [min, max] = limits;
  const national = digits.slice(country.length).replace(/^0/, '');
  return national.length >= min && national.length <= max;
}
