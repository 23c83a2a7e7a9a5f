import { holdsDate, isAmount, isCount, isFraction, isPartOfName } from './context.js';
import type { Detector } from './detector.js';
import type { Finding } from './finding.js';
import { type DigitCandidate, type DigitGroup, findDigits, type NumberShape, span } from './digit-runs.js';
import { announcedBy, isReference } from './labels.js';

export interface PhoneCandidate extends DigitCandidate {
  /** Number of digits of each group. */
  sizes: number[];
  /** Whether a plus precedes the first digit, written or spoken. */
  plus: boolean;
  /** Whether a telephone label precedes the number. */
  isAnnounced: () => boolean;
}

/** Matches a plus before the first digit, as a sign or a word. */
const PLUS_BEFORE = /(?:\+ ?\(?|(?<![\p{L}\p{N}])(?:plus|más|mas|più|piu) ?,? )$/iu;
const PLUS_CHARS = 8;
const MAY_BE_PLUS = /\+|[sùu][ ,]/i;

/** Matches an extension, which belongs to the number before it: "ext. 12", "toestel 12". */
const EXTENSION =
  /^[ ,;]{0,2}\(?(?:ext(?:ension)?|x|toestel|tst|durchwahl|dw|poste|int(?:erno)?|extensión|anexo|doorkies(?:nummer)?)(?![\p{L}])[. :]{0,2}[0-9]{1,6}(?![0-9])\)?/iu;
const EXTENSION_CHARS = 32;

const ANNOUNCEMENT = announcedBy(
  [
    'tel|tél|telefo+n\\p{L}*|telephone|téléphon\\p{L}*|teléfono\\p{L}*|telefonino|phone\\p{L}*|ph|fax\\p{L}*|gsm|mob|mobiel\\p{L}*|mobiltelefon\\p{L}*|mobile?s?|móvil\\p{L}*|cell(?:phone|ulare|ulaire)?s?|portable|handy\\p{L}*|whatsapp|sms|smsen|nummerweergave|voicemail',
    'bel|belt|bellen|bereik\\p{L}*|call|called|calling|dial|ring|reach|text|appelez\\p{L}*|appeler|appelle\\p{L}*|joindre|joignable|contacter|rappel\\p{L}*|ruf|rufen|rufst|anrufen|anruf|erreich\\p{L}*|llám\\p{L}*|llam\\p{L}*|chiam\\p{L}*|contatt\\p{L}*',
    'area code|mijn nummer|m.n nummer|zijn nummer|haar nummer|06-nummer|my number|his number|her number|the number is|contact number|meine nummer|seine nummer|ihre nummer|die nummer ist|mon numéro|son numéro|le numéro est|mi número|su número|mi numero|il mio numero|numero è|numero di telefono',
  ].join('|'),
);

/**
 * Creates a detector for one numbering plan. Dates, amounts, counts and references are never
 * redacted.
 *
 * @param plan.begins whether a number can begin with this group of digits
 * @param plan.length minimum and maximum number of digits
 * @param plan.digits pattern of all numbers of the plan, anchored at both ends
 * @param plan.fits the remaining conditions of the plan
 */
export function phoneDetector(plan: {
  begins: (first: { digits: string; plus: boolean; isAnnounced: () => boolean }) => boolean;
  length: NumberShape['length'];
  digits: RegExp;
  fits: (candidate: PhoneCandidate) => boolean;
}): Detector {
  const { length, digits, fits } = plan;
  return {
    kind: 'phone',
    find: ({ text, runs }) => {
      const isReferenceOrName = (group: DigitGroup): boolean =>
        isReference(text, group.start) || isPartOfName(text, group.start);
      const begins = (group: DigitGroup): boolean =>
        plan.begins({
          digits: group.digits,
          plus: plusBefore(text, group.start) !== undefined,
          isAnnounced: () => ANNOUNCEMENT(text, group.start),
        });
      const accept = (candidate: DigitCandidate): boolean => {
        const { groups } = candidate;
        const { start } = span(candidate);
        const sizes = groups.map((group) => group.digits.length);
        const plus = plusBefore(text, start) !== undefined;
        const isAnnounced = () => ANNOUNCEMENT(text, start);
        if (!fits({ ...candidate, sizes, plus, isAnnounced })) return false;
        if (isSlice(text, candidate)) return false;
        if (isCount(groups) || isFraction(groups) || holdsDate(groups)) return false;
        // Amounts never begin with a zero.
        return candidate.digits.startsWith('0') || plus || !isAmount(text, span(candidate));
      };
      const shape = { length, begins, isReference: isReferenceOrName, digits, accept, allowsPauses: true };
      return findDigits(runs, shape).map((candidate) => widen(text, span(candidate)));
    },
  };
}

/**
 * Returns the numbers of digits that are spoken without a pause, or written without a separator.
 */
export function phrases(groups: readonly DigitGroup[]): number[] {
  const sizes: number[] = [];
  for (const group of groups) {
    const continues = group.isSpoken && group.separator === ' ' && sizes.length > 0;
    if (continues) sizes.push((sizes.pop() ?? 0) + group.digits.length);
    else sizes.push(group.digits.length);
  }
  return sizes;
}

/** Whether the number is written or spoken digit by digit. */
export function isSpelled(sizes: readonly number[]): boolean {
  return sizes.every((size) => size === 1);
}

/**
 * Whether the digits are a part of a time, a decimal number or an IP address: "10:30", "12.3",
 * "3,5".
 */
function isSlice(text: string, candidate: DigitCandidate): boolean {
  const { start, end } = span(candidate);
  const before = text.slice(Math.max(0, start - 2), start);
  if (/[0-9][.:]$/.test(before) || /^:[0-9]/.test(text.slice(end, end + 2))) return true;
  return !candidate.digits.startsWith('0') && /[0-9],$/.test(before);
}

function plusBefore(text: string, start: number): number | undefined {
  // Skips the slow pattern for most groups, which follow a digit, a sign or nothing.
  if (!MAY_BE_PLUS.test(text.slice(Math.max(0, start - 3), start))) return undefined;
  const before = text.slice(Math.max(0, start - PLUS_CHARS), start);
  const plus = PLUS_BEFORE.exec(before);
  return plus === null ? undefined : start - plus[0].length;
}

/**
 * Extends a finding by the plus and the bracket before the first digit, and by an extension, so
 * that none remains.
 */
function widen(text: string, { start, end }: Finding): Finding {
  const afterPlus = plusBefore(text, start) ?? start;
  const closes = text.slice(afterPlus, end).includes(')');
  const opens = text.slice(afterPlus, end).includes('(');
  const first = closes && !opens && text.charAt(afterPlus - 1) === '(' ? afterPlus - 1 : afterPlus;
  const extension = EXTENSION.exec(text.slice(end, end + EXTENSION_CHARS))?.[0] ?? '';
  return { start: first, end: end + extension.length };
}
