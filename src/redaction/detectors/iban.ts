import { type CodeCandidate, type CodeUnit, findCodes } from '../codes.js';
import type { Detector } from '../detector.js';
import type { Finding } from '../finding.js';
import type { Source } from '../source.js';
import { IBAN_LENGTHS } from './iban-lengths.js';

const MIN_LENGTH = 15;
const MAX_LENGTH = 33;
const PATTERN = /^[A-Z]{2}\d{2}[A-Z0-9]+$/;

/** Spoken names of banks whose letters in an IBAN differ from the name. */
const SPOKEN_BANKS: readonly (readonly [spoken: string, written: string])[] = [
  ['ABNAMRO', 'ABNA'],
  ['ING', 'INGB'],
  ['RABOBANK', 'RABO'],
];

/**
 * Finds international bank account numbers of every country in the registry, with or without
 * spaces, in either case, or read out. Their length must be that of the country, and the check
 * digits must be valid (ISO 7064, MOD 97-10).
 */
export const ibanDetector: Detector = {
  kind: 'iban',
  find: (source) => find(source, isIban),
};

/**
 * Finds numbers in the form of an IBAN with wrong check digits: a recognition error, or no IBAN.
 * They are not redacted, but their digits must not be taken for a telephone number either.
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

/** Accepts lower case, but not as words of a sentence: "de 12 is op". */
function isPlausible(units: readonly CodeUnit[]): boolean {
  return (
    (units[0]?.chars.length ?? 0) <= 2 && units.every(({ gap }) => gap === undefined || !/[\n]/.test(gap))
  );
}

function spellings(code: string): string[] {
  const spoken = SPOKEN_BANKS.filter(([bank]) => code.startsWith(bank, 4)).map(
    ([bank, written]) => code.slice(0, 4) + written + code.slice(4 + bank.length),
  );
  return [code, ...spoken];
}

function isIban(iban: string): boolean {
  return iban.length === IBAN_LENGTHS[iban.slice(0, 2)] && remainder97(iban) === 1;
}

/**
 * Computes the remainder, with country and check digits moved to the end, and letters as numbers
 * from A = 10.
 */
function remainder97(iban: string): number {
  return Array.from(iban.slice(4) + iban.slice(0, 4)).reduce((rest, char) => {
    const value = Number.parseInt(char, 36);
    return (rest * (value > 9 ? 100 : 10) + value) % 97;
  }, 0);
}
