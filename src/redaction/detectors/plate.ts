import validator from 'validator';
import { type CodeCandidate, findCodes } from '../codes.js';
import type { Detector } from '../detector.js';
import { announcedBy, isReference } from '../labels.js';

const isAnnounced = announcedBy(
  [
    'kenteken\\p{L}*|nummerplaat|nummerplaten|nummerbord|plaat|plaatnummer',
    'licen[cs]e[ -]plates?|number[ -]plates?|plates?(?: number)?|registration(?: number)?|reg(?: number)?|reg',
    'kennzeichen|nummernschild|autokennzeichen|plaque\\p{L}*|immatricul\\p{L}*|matrícula\\p{L}*|matricula\\p{L}*|targ[ah]e?|targata|targato',
  ].join('|'),
);

const isVehicleNamed = announcedBy(
  'auto|wagen|bestelbus|busje|scooter|car|vehicle|van|truck|taxi|voiture|véhicule|camion|coche|vehículo|macchina|furgone|lkw|fahrzeug|pkw',
);

interface Plate {
  /** Groups of letters (L) and digits (9), joined by hyphens. */
  groups: RegExp;
  /** Whether the written form is unambiguous in any context. */
  isCertain?: (candidate: CodeCandidate) => boolean;
}

/** The sidecodes of the Dutch vehicle authority (RDW), 1 to 14. */
const DUTCH =
  /^(?:LL-99-99|99-99-LL|99-LL-99|LL-99-LL|LL-LL-99|99-LL-LL|99-LLL-9|9-LLL-99|LL-999-L|L-999-LL|LLL-99-L|L-99-LLL|9-LL-999|999-LL-9)$/;

const PLATES: readonly Plate[] = [
  { groups: DUTCH, isCertain: isHyphenated },
  // Belgium: 1-ABC-123; older ones without the first digit only with a label.
  { groups: /^9-LLL-999$/, isCertain: isHyphenated },
  { groups: /^LLL-999$|^999-LLL$/ },
  // France and Italy: AB-123-CD, AB 123 CD, AB123CD; no I, O, U (SIV).
  {
    groups: /^LL-999-LL$/,
    isCertain: ({ code, units }) =>
      /^[A-HJ-NP-TV-Z]{2}\d{3}[A-HJ-NP-TV-Z]{2}$/.test(code) && units.length === 3,
  },
  { groups: /^9{2,4}-L{2,3}-99$/ },
  // United Kingdom since 2001: AB12 CDE; older: A123 BCD.
  {
    groups: /^LL99-LLL$|^LL-99-LLL$/,
    isCertain: ({ code, gaps }) =>
      /^[A-Z]{2}[0-9]{2}[A-Z]{3}$/.test(code) && gaps[0] === '' && !isDataSize(code),
  },
  { groups: /^L9{1,3}-?LLL$|^L-9{1,3}-LLL$|^LLL-?9{1,3}L$/ },
  // Spain: 1234 BCD, consonants only.
  {
    groups: /^9999-?LLL$/,
    isCertain: ({ code, gaps }) =>
      /^\d{4}[BCDFGHJ-NPR-TV-Z]{3}$/.test(code) && gaps[0] !== ' ' && !isUnitOrMake(code),
  },
  { groups: /^L{1,2}-9999-L{1,2}$/ },
  // Germany: B-AB 1234, with E or H at the end for electric and historic vehicles.
  { groups: /^L{1,3}-LL?-?9{1,4}(?:-?L)?$/, isCertain: isGerman },
];

/**
 * Matches any letters and digits, for plates with a label: the United States have a format for each
 * state.
 */
const ANY_PLATE = /^(?=.*[A-Z])(?=.*\d)[A-Z0-9]{5,8}$/;

export const plateDetector: Detector = {
  kind: 'plate',
  find: ({ text, units }) => {
    const accept = (candidate: CodeCandidate): boolean => {
      const small = candidate.units.filter(({ isWrittenSmall, isSpoken }) => isWrittenSmall && !isSpoken);
      if (small.length > 0) {
        return isSmallPlate(candidate) && isPlateLike(candidate) && isAnnounced(text, candidate.start);
      }
      const shape = shapeOf(candidate);
      const isUnambiguous = PLATES.some(
        ({ groups, isCertain }) => groups.test(shape) && isCertain?.(candidate) === true,
      );
      if (isUnambiguous && candidate.units.every(({ isSpoken }) => !isSpoken))
        return !isReference(text, candidate.start);
      if (isAnnounced(text, candidate.start)) return isPlateLike(candidate) || isWrittenPlate(candidate);
      return isPlateLike(candidate) && isVehicleNamed(text, candidate.start) && !isYearAndWord(candidate);
    };
    return findCodes(units, [
      {
        minChars: 4,
        start: /^(?:[A-ZÄÖÜ]{0,5}\d|[A-ZÄÖÜ]{4,5}$)/,
        maxChars: 8,
        pattern: /^(?=.*[A-ZÄÖÜ])(?=.*\d)[A-ZÄÖÜ0-9]+$/,
        accept,
      },
    ]);
  },
};

/**
 * Returns the shape of a code: "AB-12-CD" is "LL-99-LL". Changes between letters and digits always
 * separate groups.
 */
function shapeOf({ units }: CodeCandidate): string {
  return units
    .map(({ chars, gap }, index) => {
      const shape = chars.replace(/[A-ZÄÖÜ]/g, 'L').replace(/[0-9]/g, '9');
      return index === 0 || gap === '' ? shape : `-${shape}`;
    })
    .join('')
    .replace(/(?<=L)(?=9)|(?<=9)(?=L)/g, '-')
    .replace(/-{2,}/g, '-');
}

/**
 * Whether the groups are those of a plate of one of the countries, written or spelled in any way.
 */
function isPlateLike(candidate: CodeCandidate): boolean {
  const shape = shapeOf(candidate);
  const joined = candidate.code
    .replace(/[A-ZÄÖÜ]/g, 'L')
    .replace(/[0-9]/g, '9')
    .replace(/(?<=L)(?=9)|(?<=9)(?=L)/g, '-');
  return PLATES.some(({ groups }) => groups.test(shape) || groups.test(joined)) || isJoinedPlate(joined);
}

/**
 * Whether the groups are those of a plate whose adjacent groups were joined by spelling: "A B C D 1
 * 2".
 */
function isJoinedPlate(joined: string): boolean {
  return /^(?:LLLL-99|99-LLLL|LL-9999|9999-LL|LLL-?9{2,4}|9{1,4}-LLL|L{2,4}-9{1,4}|LL-99-LLL)$/.test(joined);
}

/**
 * Whether all letters are in lower case, and no group is a word of the sentence, as in "is 12-abc".
 */
function isSmallPlate({ units }: CodeCandidate): boolean {
  const letters = units.filter(({ chars }) => /[A-Z]/.test(chars));
  return letters.every(({ chars, isWrittenSmall }) => isWrittenSmall && !SMALL_WORDS.has(chars));
}

function isWrittenPlate({ code, units }: CodeCandidate): boolean {
  return ANY_PLATE.test(code) && units.length <= 4 && units.every(({ isSpoken }) => !isSpoken);
}

function isHyphenated({ gaps }: CodeCandidate): boolean {
  return gaps.length === 2 && gaps.every((gap) => gap === '-');
}

function isGerman({ units, gaps }: CodeCandidate): boolean {
  const [area, letters, digits, suffix] = units.map(({ chars }) => chars);
  if (area === undefined || letters === undefined || digits === undefined) return false;
  if (gaps[0] !== '-' || /^(?:19|20)\d\d$/.test(digits)) return false;
  return validator.isLicensePlate(`${area}-${letters} ${digits}${suffix ?? ''}`, 'de-DE');
}

/** Whether the code contains a data size, as in "M2 16GB". */
function isDataSize(code: string): boolean {
  return /\d(?:GB|TB|MB)/.test(code);
}

const SMALL_WORDS = new Set(
  'IS ES EST IST WAS WAR ERA EEN DE HET THE LE LA EL IL VAN DER DES EN ET UND Y E AND OP OF IN ON AT TO NO NR NUM'.split(
    ' ',
  ),
);

const NON_PLATE_LETTERS = new Set(
  'BMW KGS GTX RTX GTS RPM FPS CNG LPG HDR PVC SMS TGV VPN DVD XML CHF GBP BTW KWH MHZ GHZ DKK CZK HKD PLN MPH KPH HTML PCS STK MTR LTR'.split(
    ' ',
  ),
);

/** Whether a unit or a make follows the number, as in "1300 BMW". */
function isUnitOrMake(code: string): boolean {
  return NON_PLATE_LETTERS.has(code.slice(4)) || /^(?:19|20)\d\d/.test(code);
}

function isYearAndWord({ code }: CodeCandidate): boolean {
  return /(?:^|[A-Z])(?:19|20)\d\d(?:$|[A-Z])/.test(code);
}
