import { holdsDate, isAmount } from './context.js';
import type { Detector, Finding } from './detector.js';
import { type DigitCandidate, findDigits, span } from './digit-runs.js';

export interface PhoneCandidate extends DigitCandidate {
  /** How many digits each group has. */
  sizes: number[];
  /** Whether a plus stands before the first digit. */
  plus: boolean;
}

/**
 * Makes a detector from one numbering plan. Dates and amounts are left standing, whatever the plan.
 *
 * @param plan.digits what any number of the plan looks like, anchored at both ends
 * @param plan.fits the rest of the plan
 */
export function phoneDetector(plan: {
  digits: RegExp;
  fits: (candidate: PhoneCandidate) => boolean;
}): Detector {
  const { digits, fits } = plan;
  return {
    kind: 'phone',
    find: (text) => {
      const accept = (candidate: DigitCandidate): boolean => {
        const { groups } = candidate;
        const sizes = groups.map((group) => group.digits.length);
        const plus = text.charAt(span(candidate).start - 1) === '+';
        if (!fits({ ...candidate, sizes, plus }) || holdsDate(groups)) return false;
        // No amount begins with a zero, whatever stands behind it.
        return candidate.digits.startsWith('0') || !isAmount(text, span(candidate));
      };
      return findDigits(text, { digits, accept }).map((candidate) => widen(text, span(candidate)));
    },
  };
}

/** Whether the number is written, or was spoken, digit by digit. */
export function isSpelled(sizes: number[]): boolean {
  return sizes.every((size) => size === 1);
}

/** Takes in the plus and the bracket before the first digit, so that neither is left standing alone. */
function widen(text: string, { start, end }: Finding): Finding {
  const afterPlus = text.charAt(start - 1) === '+' ? start - 1 : start;
  const closes = text.slice(afterPlus, end).includes(')');
  return { start: closes && text.charAt(afterPlus - 1) === '(' ? afterPlus - 1 : afterPlus, end };
}
