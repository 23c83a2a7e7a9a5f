import type { DigitGroup } from './digit-runs.js';
import type { Finding } from './finding.js';

/** Context around a number, in characters: a currency word and a space or two. */
const CONTEXT_CHARS = 24;

const CURRENCY_BEFORE = /(?:[€$£¥]|(?<!\p{L})(?:eur|usd|gbp|chf))\s*[+-]?$/iu;

const MONEY =
  'euros?|eurocent|cents?|centesimi|céntimos|centimes|eur|usd|gbp|chf|dollars?|dólares|dollari|ponden|pounds?|pfund|livres?|francs?|sterline|libras';
const QUANTITIES =
  'procent|prozent|percent|pourcent|por ciento|per cento|pour cent|duizend|thousand|tausend|mille|mil|mila|miljoen|miljard|mln|mld|million(?:en|s)?|millones|milioni|milliarden?|milliards?|billions?|miliardi';
const UNITS =
  'km|kilometers?|kilometres?|kilómetros|chilometri|mm|cm|meters?|metres?|metros|metri|mètres|miles|kg|kilos?|gram|grams|ton|tons|tonnes|toneladas|tonnellate|liters?|litres?|litros|litri|mb|gb|tb|bytes?|hz|khz|mhz|watt|kwh|volt|pixels?|px|dpi|graden|degrees|grad|grados|gradi|stuks|pieces|stück|pièces|piezas|pezzi|keer|times|fois|veces|volte';
const COUNTED_NOUNS =
  'inwoners|inhabitants|einwohner|habitants?|habitantes|abitanti|mensen|people|leute|personnes|personas|persone|bezoekers|visitors|besucher|views|volgers|followers|stemmen|votes|stimmen|voix|votos|voti|jaar|jaren|years|jahre|ans|años|anni|steps|stappen|downloads|users|gebruikers|exemplaren|copies';

/** Matches text that follows an amount, a quantity or a distance. */
const UNIT_AFTER = new RegExp(
  `^\\s*(?:[€$£¥%‰]|,\\d|(?:${[MONEY, QUANTITIES, UNITS, COUNTED_NOUNS].join('|')})(?![\\p{L}\\p{N}]))`,
  'iu',
);

/** Minimum number of groups that are a count rather than a coincidence. */
const MIN_COUNT_GROUPS = 4;

/** Whether a number is an amount or a quantity: a currency precedes it, or a unit follows it. */
export function isAmount(text: string, { start, end }: Finding): boolean {
  return (
    CURRENCY_BEFORE.test(text.slice(Math.max(0, start - CONTEXT_CHARS), start)) ||
    UNIT_AFTER.test(text.slice(end, end + CONTEXT_CHARS))
  );
}

/**
 * Whether three neighboring groups are a date: day, month and year in European or American order,
 * or year first.
 */
export function holdsDate(groups: readonly DigitGroup[]): boolean {
  return groups.some((_group, index) => {
    const [a, b, c] = groups.slice(index, index + 3);
    if (a === undefined || b === undefined || c === undefined) return false;
    return (isDayAndMonth(a, b) && isYear(c)) || (isYear(a) && isDayAndMonth(b, c));
  });
}

/** Whether the groups are a count: each group is one more, or one less, than the previous one. */
export function isCount(groups: readonly DigitGroup[]): boolean {
  if (groups.length < MIN_COUNT_GROUPS) return false;
  const steps = groups.slice(1).map((group, index) => Number(group.digits) - Number(groups[index]?.digits));
  return steps.every((step) => step === 1) || steps.every((step) => step === -1);
}

/**
 * Whether the groups begin like a decimal fraction or a version: "0.61234567", "0.17.0". Digits
 * that are spelled one by one, with periods for pauses, are neither.
 */
export function isFraction(groups: readonly DigitGroup[]): boolean {
  const [first, second] = groups;
  if (first?.digits !== '0' || groups.every(({ digits }) => digits.length === 1)) return false;
  return /^[.,/-]/.test(second?.separator ?? '');
}

/**
 * Whether the number at this position is a part of a URL or of a longer name: "u/123456782",
 * "#1234".
 */
export function isPartOfName(text: string, start: number): boolean {
  return /(?:[\p{L}\p{N}]\/|[#@=&?][#@=&?]?|[\p{L}]-)$/u.test(text.slice(Math.max(0, start - 2), start));
}

function isDayAndMonth(a: DigitGroup, b: DigitGroup): boolean {
  const small = Math.min(Number(a.digits), Number(b.digits));
  const large = Math.max(Number(a.digits), Number(b.digits));
  return a.digits.length <= 2 && b.digits.length <= 2 && small >= 1 && small <= 12 && large <= 31;
}

function isYear({ digits }: DigitGroup): boolean {
  return /^(?:19|20)\d\d$/.test(digits);
}
