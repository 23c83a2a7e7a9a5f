import type { Detector } from '../detector.js';
import { isSpelled, type PhoneCandidate, phoneDetector, phrases } from '../phone-detector.js';

/**
 * Optional leading 1; area codes and exchanges begin with 2 to 9 (North American Numbering Plan).
 */
const DIGITS = /^1?[2-9]\d{9}$/;
const STRICT_DIGITS = /^1?[2-9]\d{2}[2-9]\d{6}$/;

/** Groupings such as 212 5551234 and 2125551234, with or without a leading 1. */
const GROUPINGS = new Set(['3,7', '10', '1,3,7', '1,10', '11']);
/**
 * Groupings that only telephone numbers have, such as (212) 555-1234; fictitious numbers in them
 * need not follow the plan.
 */
const USUAL_GROUPINGS = new Set(['3,3,4', '1,3,3,4', '3,3,2,2', '1,3,3,2,2']);

export const northAmericanPhoneDetector: Detector = phoneDetector({
  begins: ({ digits, plus }) => !plus && /^1?[2-9]|^1$/.test(digits),
  length: [10, 11],
  digits: DIGITS,
  fits: (candidate) => {
    const { digits, sizes, plus, groups, isAnnounced } = candidate;
    if (plus) return false;
    if (groups.some((group) => group.followsPause) && !isAnnounced() && !isSpoken(candidate)) return false;
    const written = sizes.join(',');
    if (USUAL_GROUPINGS.has(written) || USUAL_GROUPINGS.has(phrases(groups).join(','))) return true;
    return (
      (STRICT_DIGITS.test(digits) && (GROUPINGS.has(written) || isSpelled(sizes) || isSpoken(candidate))) ||
      isAnnounced()
    );
  },
});

function isSpoken({ groups }: PhoneCandidate): boolean {
  return groups.every((group) => group.isSpoken);
}
