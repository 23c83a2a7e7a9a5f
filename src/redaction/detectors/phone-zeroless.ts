import type { Detector } from '../detector.js';
import { isSpelled, phoneDetector } from '../phone-detector.js';

/** Spain, nine digits; groups that are written for telephone numbers only. Threes may be a quantity: not with points. */
const SPANISH = /^[679]\d{8}$|^8[1-8]\d{7}$/;
const SPANISH_GROUPINGS = new Set(['3,2,2,2', '2,3,2,2', '3,3,3']);

/** Italy, mobile numbers: 3 and two more for the network. */
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

/** Numbers of countries that dial no zero first. Written in one they may be anything, unless somebody announces them. */
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
    const isSaid = groups.every((group) => group.isSpoken);
    const hasPause = groups.some((group) => group.followsPause);
    if (SPANISH.test(digits)) {
      if (isAnnounced()) return true;
      if (isSaid) return isSpelled(sizes) || groups.length > 2;
      return !hasPause && SPANISH_GROUPINGS.has(written);
    }
    if (!ITALIAN.test(digits)) return false;
    if (isAnnounced()) return true;
    if (hasPause && !isSaid) return false;
    return digits.length === 10 && (ITALIAN_GROUPINGS.has(written) || groups.length === 1 || isSaid);
  },
});

/** Numbers of any plan that are too short or too plain to be sure of, but that somebody announces as telephone numbers. */
export const announcedPhoneDetector: Detector = phoneDetector({
  begins: ({ plus, isAnnounced }) => !plus && isAnnounced(),
  length: [7, 11],
  digits: /^[1-9]\d{6,10}$/,
  fits: ({ sizes, plus, groups, isAnnounced }) => {
    if (plus || groups.some((group) => group.followsPause && !group.isSpoken)) return false;
    // "call 2024 1500 2": groups of a telephone number are of two digits or more, or of one each.
    return (isSpelled(sizes) || sizes.every((size) => size >= 2) || groups.length <= 2) && isAnnounced();
  },
});

/** A local American number on the exchange that films use: 555-0123. */
export const localPhoneDetector: Detector = phoneDetector({
  begins: ({ digits }) => digits === '555',
  length: [7, 7],
  digits: /^555\d{4}$/,
  fits: ({ sizes, groups }) => sizes.join(',') === '3,4' && groups[1]?.separator === '-',
});
