import type { Detector } from '../detector.js';
import { isSpelled, phoneDetector } from '../phone-detector.js';

/** Area code and exchange begin with 2 to 9 (North American Numbering Plan), with or without the leading 1. */
const DIGITS = /^1?[2-9]\d{2}[2-9]\d{6}$/;

/** As written: (212) 555-1234, 212 5551234, 2125551234, each with or without a 1 before it. */
const GROUPINGS = new Set(['3,3,4', '3,7', '10', '1,3,3,4', '1,3,7', '1,10', '11']);

export const northAmericanPhoneDetector: Detector = phoneDetector({
  digits: DIGITS,
  fits: ({ sizes, plus }) => !plus && (GROUPINGS.has(sizes.join(',')) || isSpelled(sizes)),
});
