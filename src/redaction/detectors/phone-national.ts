import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Detector } from '../detector.js';
import type { DigitGroup } from '../digit-runs.js';
import { isSpelled, type PhoneCandidate, phoneDetector } from '../phone-detector.js';

/**
 * National numbers that begin with a zero: Netherlands, Belgium, France, United Kingdom, Germany, Italy (landlines). Each plan
 * gives the digits and the least size of the last group, which keeps the "2" of "06 12345678 2 keer" out of the number.
 */
const PLANS: { digits: RegExp; minLastGroup: number }[] = [
  // Netherlands, France, Italy, mobile numbers in Belgium, short ones in the United Kingdom and Germany.
  { digits: /^0[1-9]\d{8}$/, minLastGroup: 2 },
  // Belgium: landlines; Italy: short ones.
  { digits: /^0[1-9]\d{7}$/, minLastGroup: 2 },
  // United Kingdom.
  { digits: /^0[12378]\d{9}$/, minLastGroup: 3 },
  // Germany: mobile numbers.
  { digits: /^01[5-7]\d{8,9}$/, minLastGroup: 2 },
];

/** A German area code with its zero, apart from the number: 030, 0711, 02203. */
const GERMAN_AREA = /^0[2-9]\d{1,4}$/;

/** Any of the plans. The shortest and the longest are German landlines: 8 to 12 digits with their area code. */
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

/** Spoken to the end: nobody wrote the last digit behind a number that was complete. */
function endsSpoken(groups: readonly DigitGroup[]): boolean {
  return groups.every((group) => group.isSpoken);
}

/** The number is written as one group, with an extension behind a hyphen, or in groups of two to four. */
function isGermanLandline({ digits, groups, sizes }: PhoneCandidate): boolean {
  const [area, number, extension] = groups;
  if (area === undefined || number === undefined || !GERMAN_AREA.test(area.digits)) return false;
  if (digits.length < 8 || groups.some((group) => group.followsPause)) return false;
  const rest = sizes.slice(1);
  const isOneGroup = rest.length === 1;
  const hasExtension = rest.length === 2 && extension?.separator === '-';
  return isOneGroup || hasExtension || rest.every((size) => size >= 2 && size <= 4);
}

/** Eleven and twelve digits in one: German, if the library knows the area. */
function isWrittenInOne({ digits, groups }: PhoneCandidate): boolean {
  return (
    groups.length === 1 && digits.length >= 11 && parsePhoneNumberFromString(digits, 'DE')?.isValid() === true
  );
}

/** Short landlines of Germany and Italy, and whatever a recognizer left of a longer one. */
function isAnnouncedOne({ digits, isAnnounced }: PhoneCandidate): boolean {
  return digits.length >= 8 && isAnnounced();
}
