import type { DigitGroup } from './digit-runs.js';
import type { Finding } from './finding.js';

/** How far to look around a number, in characters: a currency word and a space or two. */
const CONTEXT_CHARS = 24;

const CURRENCY_BEFORE = /(?:[€$£¥]|(?<!\p{L})(?:eur|usd|gbp|chf))\s*[+-]?$/iu;

const MONEY =
  'euros?|eurocent|cents?|centesimi|céntimos|centimes|eur|usd|gbp|chf|dollars?|dólares|dollari|ponden|pounds?|pfund|livres?|francs?|sterline|libras';
const QUANTITIES =
  'procent|prozent|percent|pourcent|por ciento|per cento|pour cent|duizend|thousand|tausend|mille|mil|mila|miljoen|miljard|mln|mld|million(?:en|s)?|millones|milioni|milliarden?|milliards?|billions?|miliardi';
const UNITS =
  'km|kilometers?|kilometres?|kilómetros|chilometri|mm|cm|meters?|metres?|metros|metri|mètres|miles|kg|kilos?|gram|grams|ton|tons|tonnes|toneladas|tonnellate|liters?|litres?|litros|litri|mb|gb|tb|bytes?|hz|khz|mhz|watt|kwh|volt|pixels?|px|dpi|graden|degrees|grad|grados|gradi|stuks|pieces|stück|pièces|piezas|pezzi|keer|times|fois|veces|volte';
const CROWDS =
  'inwoners|inhabitants|einwohner|habitants?|habitantes|abitanti|mensen|people|leute|personnes|personas|persone|bezoekers|visitors|besucher|views|volgers|followers|stemmen|votes|stimmen|voix|votos|voti|jaar|jaren|years|jahre|ans|años|anni|steps|stappen|downloads|users|gebruikers|exemplaren|copies';

/** What follows an amount, a quantity or a distance. */
const UNIT_AFTER = new RegExp(
  `^\\s*(?:[€$£¥%‰]|,\\d|(?:${[MONEY, QUANTITIES, UNITS, CROWDS].join('|')})(?![\\p{L}\\p{N}]))`,
  'iu',
);

/** Fewest groups that are a count rather than a coincidence. */
const MIN_COUNT_GROUPS = 4;

/** Whether the number at this place is an amount or a quantity: money before it, or a unit behind it. */
export function isAmount(text: string, { start, end }: Finding): boolean {
  return (
    CURRENCY_BEFORE.test(text.slice(Math.max(0, start - CONTEXT_CHARS), start)) ||
    UNIT_AFTER.test(text.slice(end, end + CONTEXT_CHARS))
  );
}

/** Whether three neighbouring groups are a date: day, month and year in European or American order, or year first. */
export function holdsDate(groups: readonly DigitGroup[]): boolean {
  return groups.some((_group, index) => {
    const [a, b, c] = groups.slice(index, index + 3);
    if (a === undefined || b === undefined || c === undefined) return false;
    return (isDayAndMonth(a, b) && isYear(c)) || (isYear(a) && isDayAndMonth(b, c));
  });
}

/** Whether somebody counts: each group is one more, or one less, than the one before. */
export function isCount(groups: readonly DigitGroup[]): boolean {
  if (groups.length < MIN_COUNT_GROUPS) return false;
  const steps = groups.slice(1).map((group, index) => Number(group.digits) - Number(groups[index]?.digits));
  return steps.every((step) => step === 1) || steps.every((step) => step === -1);
}

/**
 * Whether the groups begin as a decimal fraction or a version does: "0.61234567", "0.17.0". What is spelled digit by digit, with
 * points for pauses, is neither.
 */
export function isFraction(groups: readonly DigitGroup[]): boolean {
  const [first, second] = groups;
  if (first?.digits !== '0' || groups.every(({ digits }) => digits.length === 1)) return false;
  return /^[.,/-]/.test(second?.separator ?? '');
}

/** Whether the number at this place is a part of an address of the internet or of a longer name: "u/123456782", "#1234". */
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
