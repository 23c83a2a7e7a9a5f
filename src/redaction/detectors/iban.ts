import { type CodeCandidate, type CodeUnit, findCodes } from '../codes.js';
import type { Detector } from '../detector.js';
import type { Finding } from '../finding.js';
import type { Source } from '../source.js';
import { IBAN_LENGTHS } from './iban-lengths.js';

const MIN_LENGTH = 15;
const MAX_LENGTH = 33;
const PATTERN = /^[A-Z]{2}\d{2}[A-Z0-9]+$/;

/** A bank's name as people say it, where its letters in an IBAN are others. */
const BANKS_AS_SAID: readonly (readonly [said: string, written: string])[] = [
  ['ABNAMRO', 'ABNA'],
  ['ING', 'INGB'],
  ['RABOBANK', 'RABO'],
];

/**
 * International bank account numbers of every country in the registry, with or without spaces, in either case, or read out:
 * the length must be the country's and the check digits must hold (ISO 7064, MOD 97-10).
 */
export const ibanDetector: Detector = {
  kind: 'iban',
  find: (source) => find(source, isIban),
};

/**
 * What has the shape of an IBAN, but not its check digits: a mistake of the recognizer's, or no IBAN. Not found, but its digits
 * are not to be taken for a telephone number either.
 */
export function findBrokenIbans({ units }: Source): Finding[] {
  const written = units.map((unit) => (unit.isWrittenSmall ? { ...unit, gap: undefined, chars: '' } : unit));
  return find({ units: written }, (iban) => iban.length === IBAN_LENGTHS[iban.slice(0, 2)] && !isIban(iban));
}

function find({ units }: Pick<Source, 'units'>, accept: (iban: string) => boolean): Finding[] {
  const shape = {
    minChars: MIN_LENGTH,
    maxChars: MAX_LENGTH,
    start: /^[A-Z]{2}\d\d/,
    pattern: PATTERN,
    accept: (candidate: CodeCandidate) =>
      isPlausible(candidate.units) && spellings(candidate.code).some(accept),
  };
  return findCodes(units, [shape]);
}

/** Small letters are fine, but not as words of a sentence: "de 12 is op". */
function isPlausible(units: readonly CodeUnit[]): boolean {
  return (
    (units[0]?.chars.length ?? 0) <= 2 && units.every(({ gap }) => gap === undefined || !/[\n]/.test(gap))
  );
}

function spellings(code: string): string[] {
  const said = BANKS_AS_SAID.filter(([bank]) => code.startsWith(bank, 4)).map(
    ([bank, written]) => code.slice(0, 4) + written + code.slice(4 + bank.length),
  );
  return [code, ...said];
}

function isIban(iban: string): boolean {
  return iban.length === IBAN_LENGTHS[iban.slice(0, 2)] && remainder97(iban) === 1;
}

/** Country and check digits go to the end, letters count from A = 10. */
function remainder97(iban: string): number {
  return Array.from(iban.slice(4) + iban.slice(0, 4)).reduce((rest, char) => {
    const value = Number.parseInt(char, 36);
    return (rest * (value > 9 ? 100 : 10) + value) % 97;
  }, 0);
}
