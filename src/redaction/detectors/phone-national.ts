import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Detector } from '../detector.js';
import type { DigitGroup } from '../digit-runs.js';
import { isSpelled, type PhoneCandidate, phoneDetector } from '../phone-detector.js';

/**
 * National numbers with a leading zero: Netherlands, Belgium, France, United Kingdom, Germany,
 * Italy (landlines). Each plan has the digits and the minimum size of the last group, which
 * excludes the "2" of "06 12345678 2 keer" from the number.
 */
const PLANS: { digits: RegExp; minLastGroup: number }[] = [
  // Netherlands, France, Italy, mobile numbers in Belgium, short ones in the United Kingdom and
  // Germany.
  { digits: /^0[1-9]\d{8}$/, minLastGroup: 2 },
  // Landlines in Belgium, short ones in Italy.
  { digits: /^0[1-9]\d{7}$/, minLastGroup: 2 },
  // United Kingdom.
  { digits: /^0[12378]\d{9}$/, minLastGroup: 3 },
  // Germany: mobile numbers.
  { digits: /^01[5-7]\d{8,9}$/, minLastGroup: 2 },
];

/** Matches a German area code with its zero, separate from the number: 030, 0711, 02203. */
const GERMAN_AREA = /^0[2-9]\d{1,4}$/;

/**
 * Matches the numbers of all plans. The shortest and longest are German landlines, with 8 to 12
 * digits including area code.
 */
const DIGITS = /^0[1-9]\d{6,10}$/;

export const nationalPhoneDetector: Detector = phoneDetector({
  begins: ({ digits, plus }) => !plus && digits.startsWith('0'),
  length: [8, 12],
  digits: DIGITS,
  fits: (candidate) =>
    !candidate.plus &&
    (fitsPlan(candidate) ||
      isGermanLandline(candidate) ||
      isWrittenInOne(candidate) ||
      isAnnouncedOne(candidate)),
});

function fitsPlan({ digits, sizes, groups }: PhoneCandidate): boolean {
  return PLANS.some(
    (plan) =>
      plan.digits.test(digits) &&
      (isSpelled(sizes) || endsSpoken(groups) || (sizes.at(-1) ?? 0) >= plan.minLastGroup),
  );
}

/**
 * Whether all groups are spoken, so that the last group is no separate number after a complete one.
 */
function endsSpoken(groups: readonly DigitGroup[]): boolean {
  return groups.every((group) => group.isSpoken);
}

/**
 * Whether the number after the area code is one group, has an extension after a hyphen, or has
 * groups of two to four.
 */
function isGermanLandline({ digits, groups, sizes }: PhoneCandidate): boolean {
  const [area, number, extension] = groups;
  if (area === undefined || number === undefined || !GERMAN_AREA.test(area.digits)) return false;
  if (digits.length < 8 || groups.some((group) => group.followsPause)) return false;
  const rest = sizes.slice(1);
  const isOneGroup = rest.length === 1;
  const hasExtension = rest.length === 2 && extension?.separator === '-';
  return isOneGroup || hasExtension || rest.every((size) => size >= 2 && size <= 4);
}

/**
 * Whether eleven or twelve digits in one group are a German number whose area the library knows.
 */
function isWrittenInOne({ digits, groups }: PhoneCandidate): boolean {
  return (
    groups.length === 1 && digits.length >= 11 && parsePhoneNumberFromString(digits, 'DE')?.isValid() === true
  );
}

/**
 * Whether the number has a label, for short landlines of Germany and Italy, and numbers that a
 * recognizer truncated.
 */
function isAnnouncedOne({ digits, isAnnounced }: PhoneCandidate): boolean {
  return digits.length >= 8 && isAnnounced();
}
