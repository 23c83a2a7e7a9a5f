import type { Detector } from '../detector.js';
import { isSpelled, phoneDetector } from '../phone-detector.js';

/**
 * Spain: nine digits in groupings of telephone numbers only. Groups of three with periods may be a
 * quantity.
 */
const SPANISH = /^[679]\d{8}$|^8[1-8]\d{7}$/;
const SPANISH_GROUPINGS = new Set(['3,2,2,2', '2,3,2,2', '3,3,3']);

/** Mobile numbers of Italy: 3 and two more digits for the network. */
const ITALIAN = /^3[1-9]\d{7,8}$/;
const ITALIAN_GROUPINGS = new Set([
  '3,3,4',
  '3,7',
  '3,4,3',
  '3,6',
  '3,3,3',
  '3,2,2,3',
  '3,2,2,2',
  '3,3,2,2',
  '3,2,5',
]);

/**
 * Finds numbers of countries without a leading zero. In one group they are ambiguous, unless they
 * have a label.
 */
export const zerolessPhoneDetector: Detector = phoneDetector({
  begins: ({ digits, plus }) => !plus && /^[36-9]/.test(digits),
  length: [9, 10],
  digits: /^[36-9]\d{8,9}$/,
  fits: ({ digits, sizes, plus, groups, isAnnounced }) => {
    if (
      plus ||
      groups.some((group, index) => index > 0 && group.separator === '.' && sizes.join(',') === '3,3,3')
    )
      return false;
    const written = sizes.join(',');
    const isSpoken = groups.every((group) => group.isSpoken);
    const hasPause = groups.some((group) => group.followsPause);
    if (SPANISH.test(digits)) {
      if (isAnnounced()) return true;
      if (isSpoken) return isSpelled(sizes) || groups.length > 2;
      return !hasPause && SPANISH_GROUPINGS.has(written);
    }
    if (!ITALIAN.test(digits)) return false;
    if (isAnnounced()) return true;
    if (hasPause && !isSpoken) return false;
    return digits.length === 10 && (ITALIAN_GROUPINGS.has(written) || groups.length === 1 || isSpoken);
  },
});

/**
 * Finds numbers of any plan that are too short or too ambiguous by themselves, but have a telephone
 * label.
 */
export const announcedPhoneDetector: Detector = phoneDetector({
  begins: ({ plus, isAnnounced }) => !plus && isAnnounced(),
  length: [7, 11],
  digits: /^[1-9]\d{6,10}$/,
  fits: ({ sizes, plus, groups, isAnnounced }) => {
    if (plus || groups.some((group) => group.followsPause && !group.isSpoken)) return false;
    // Groups of a telephone number have at least two digits, or one digit each; not "call 2024 1500
    // 2".
    return (isSpelled(sizes) || sizes.every((size) => size >= 2) || groups.length <= 2) && isAnnounced();
  },
});

/** Finds local American numbers on the fictitious exchange of films: 555-0123. */
export const localPhoneDetector: Detector = phoneDetector({
  begins: ({ digits }) => digits === '555',
  length: [7, 7],
  digits: /^555\d{4}$/,
  fits: ({ sizes, groups }) => sizes.join(',') === '3,4' && groups[1]?.separator === '-',
});
