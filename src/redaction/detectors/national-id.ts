import { type CodeCandidate, type CodeShape, findCodes } from '../codes.js';
import { isAmount } from '../context.js';
import type { Detector } from '../detector.js';
import { type DigitCandidate, findDigits, span } from '../digit-runs.js';
import { announcedBy, isReference } from '../labels.js';
import { personNumber } from '../person-number.js';

/** A person number of digits, and the conditions for recognizing it. */
interface DigitId {
  length: readonly [min: number, max: number];
  digits: RegExp;
  isValid: (digits: string) => boolean;
  /** Groupings that need no label. */
  usual: RegExp;
  isAnnounced: (text: string, start: number) => boolean;
}

/** Number of groups of the French number as printed: "1 84 12 76 451 089 46". */
const MAX_USUAL_GROUPS = 7;

const DIGIT_IDS: readonly DigitId[] = [
  {
    // Belgium: date of birth, serial number, remainder modulo 97.
    length: [11, 11],
    digits: /^\d{11}$/,
    isValid: personNumber('BE', 'insz'),
    usual: /^(?:11|2,2,2,3,2|6,3,2|6,5)$/,
    isAnnounced: announcedBy(
      'rijksregister\\p{L}*|registre national|numéro national|nationaal nummer|insz|niss|nationalregister\\p{L}*',
    ),
  },
  {
    // France: sex, year and month of birth, place of birth, serial number, remainder modulo 97.
    length: [15, 15],
    digits: /^[12]\d{14}$/,
    isValid: personNumber('FR', 'nir'),
    usual: /^(?:15|13,2|1,2,2,2,3,3,2|1,2,2,5,3,2)$/,
    isAnnounced: announcedBy('nir|sécurité sociale|sécu|carte vitale|insee'),
  },
  {
    // Germany: tax identification number, ISO 7064 MOD 11,10.
    length: [11, 11],
    digits: /^[1-9]\d{10}$/,
    isValid: personNumber('DE', 'idnr'),
    usual: /^2,3,3,3$/,
    isAnnounced: announcedBy(
      'steuer-?id\\p{L}*|steueridentifikation\\p{L}*|steuerliche|identifikationsnummer|idnr|tin',
    ),
  },
  {
    // United States: recognized by its hyphens, as there is no check digit.
    length: [9, 9],
    digits: /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/,
    isValid: () => true,
    usual: /^3-2-4$/,
    isAnnounced: announcedBy('ssn|social security(?: number)?|social'),
  },
  {
    // United Kingdom: health service number, weighted sum modulo eleven.
    length: [10, 10],
    digits: /^\d{10}$/,
    isValid: passesNhsTest,
    usual: /^never$/,
    isAnnounced: announcedBy('nhs(?: number)?'),
  },
];

export const digitIdDetector: Detector = {
  kind: 'id',
  find: ({ text, runs }) =>
    DIGIT_IDS.flatMap(({ length, digits, isValid, usual, isAnnounced }) => {
      const accept = (candidate: DigitCandidate): boolean => {
        const { start } = span(candidate);
        const announced = isAnnounced(text, start);
        if (!(announced || isUsual(candidate, usual)) || !isValid(candidate.digits)) return false;
        return announced || !(isReference(text, start) || isAmount(text, span(candidate)));
      };
      return findDigits(runs, { length, digits, accept, allowsPauses: true }).map(span);
    }),
};

/**
 * Whether the group sizes match: joined by hyphens when hyphens are required, by commas for any
 * separators.
 */
function isUsual({ groups }: DigitCandidate, usual: RegExp): boolean {
  if (groups.length > MAX_USUAL_GROUPS || groups.some((group) => group.followsPause)) return false;
  const sizes = groups.map((group) => group.digits.length);
  const hyphens = groups.every((group, index) => index === 0 || group.separator === '-');
  return usual.test(sizes.join(',')) || (hyphens && usual.test(sizes.join('-')));
}

/**
 * Check of the NHS Data Dictionary: weights 10 to 2; the check digit is eleven minus the remainder.
 */
function passesNhsTest(digits: string): boolean {
  const sum = Array.from(digits.slice(0, 9)).reduce(
    (total, digit, index) => total + Number(digit) * (10 - index),
    0,
  );
  const check = (11 - (sum % 11)) % 11;
  return check !== 10 && check === Number(digits.charAt(9));
}

const isNinoShape = personNumber('GB', 'nino');

const isNinoAnnounced = announcedBy('national insurance(?: number)?|nino|ni number');

const isDocumentAnnounced = announcedBy(
  'paspoort\\p{L}*|passport\\p{L}*|reisepass\\p{L}*|passeport\\p{L}*|pasaporte\\p{L}*|passaporto\\p{L}*|identiteitskaart\\p{L}*|id-kaart\\p{L}*|personalausweis\\p{L}*|ausweis(?:nummer)?|carta d.identità|rijbewijs\\p{L}*|führerschein\\p{L}*',
);

/** National insurance number of the United Kingdom, which has no check letter. */
const NINO = { minChars: 9, maxChars: 9, start: /^[A-Z]{2}\d\d/, pattern: /^[A-Z]{2}\d{6}[A-D]$/ };

/** Codes of letters and digits; the library checks their check letters. */
const CODE_IDS: readonly CodeShape[] = [
  shape(9, /^\d{8}[A-Z]$/, personNumber('ES', 'dni')),
  shape(9, /^[XYZ]\d{7}[A-Z]$/, personNumber('ES', 'nie')),
  shape(15, /^[12]\d{4}2[AB]\d{8}$/, personNumber('FR', 'nir')),
  shape(
    16,
    /^[A-Z]{6}[0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]$/,
    personNumber('IT', 'codicefiscale'),
  ),
  shape(12, /^\d{8}[A-Z]\d{3}$/, personNumber('DE', 'svnr')),
];

export const codeIdDetector: Detector = {
  kind: 'id',
  find: ({ text, units }) => {
    const nino: CodeShape = { ...NINO, accept: (candidate) => isNino(text, candidate) };
    const document: CodeShape = {
      minChars: 7,
      maxChars: 10,
      start: /^[A-Z0-9]*\d/,
      // Passports and identity cards of the supported countries: letters and digits in any order,
      // mostly digits.
      pattern: /^(?=(?:[A-Z]*\d){4})[A-Z0-9]+$/,
      accept: (candidate) =>
        isDocumentAnnounced(text, candidate.start) &&
        candidate.units.every(({ isWrittenSmall }) => !isWrittenSmall),
    };
    return findCodes(units, [nino, ...CODE_IDS, document]);
  },
};

function isNino(text: string, { code, start, units }: CodeCandidate): boolean {
  if (isNinoAnnounced(text, start)) return true;
  return isNinoShape(code) && units.every(({ isWrittenSmall }) => !isWrittenSmall);
}

function shape(chars: number, pattern: RegExp, isValid: (code: string) => boolean): CodeShape {
  return {
    minChars: chars,
    maxChars: chars,
    start: /^(?:[0-9]|[XYZ]\d|[A-Z]{4})/,
    pattern,
    accept: ({ code }) => isValid(code),
  };
}
