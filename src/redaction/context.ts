import type { DigitGroup } from './digit-runs.js';
import type { Finding } from './detector.js';

/** How far to look around a number, in characters: a currency word and a space or two. */
const CONTEXT_CHARS = 24;

const CURRENCY_BEFORE = /(?:[€$£¥]|\b(?:eur|usd|gbp|chf))\s*[+-]?$/i;

/** Dutch, English, German and French: what follows an amount, a quantity or a distance. */
const UNIT_AFTER =
  /^\s*(?:[€$£¥%‰]|,\d|(?:euros?|eurocent|cents?|eur|usd|gbp|chf|dollars?|ponden|pounds?|pfund|livres?|francs?|procent|prozent|percent|pourcent|miljoen|miljard|mln|mld|million(?:en|s)?|milliarden?|milliards?|billions?|km|kilometers?|kilometres?|meters?|metres?|kg|kilos?|liters?|litres?|stuks|pieces|stück|inwoners|inhabitants|einwohner|habitants|mensen|people|leute|personnes)(?![\p{L}\p{N}]))/iu;

/** Whether the number at this place is an amount or a quantity: money before it, or a unit behind it. */
export function isAmount(text: string, { start, end }: Finding): boolean {
  return (
    CURRENCY_BEFORE.test(text.slice(Math.max(0, start - CONTEXT_CHARS), start)) ||
    UNIT_AFTER.test(text.slice(end, end + CONTEXT_CHARS))
  );
}

/** Whether three neighbouring groups are a date: day, month and year in European or American order, or year first. */
export function holdsDate(groups: DigitGroup[]): boolean {
  return groups.some((_group, index) => {
    const [a, b, c] = groups.slice(index, index + 3);
    if (a === undefined || b === undefined || c === undefined) return false;
    return (isDayAndMonth(a, b) && isYear(c)) || (isYear(a) && isDayAndMonth(b, c));
  });
}

function isDayAndMonth(a: DigitGroup, b: DigitGroup): boolean {
  const small = Math.min(Number(a.digits), Number(b.digits));
  const large = Math.max(Number(a.digits), Number(b.digits));
  return a.digits.length <= 2 && b.digits.length <= 2 && small >= 1 && small <= 12 && large <= 31;
}

function isYear({ digits }: DigitGroup): boolean {
  return /^(?:19|20)\d\d$/.test(digits);
}
