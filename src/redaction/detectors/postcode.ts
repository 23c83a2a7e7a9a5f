import { type CodeCandidate, findCodes } from '../codes.js';
import { isAmount, isPartOfName } from '../context.js';
import type { Detector } from '../detector.js';
import type { Finding } from '../finding.js';
import { type DigitCandidate, findDigits, span } from '../digit-runs.js';
import { announcedBy, isReference } from '../labels.js';
import type { Source } from '../source.js';
import { belongsTo, UK_AREAS, US_STATE_NAMES, US_STATES } from './postcode-places.js';

const isAnnounced = announcedBy(
  'post ?codes?|postal codes?|postnummer|zip(?:\\+4)?(?: ?codes?)?|codes? posta(?:l|ux)|c[oó]digos? postal(?:es)?|codice postale|codice di avviamento postale|c\\.?a\\.?p\\.?|c\\.?p\\.?|plz|postleitzahl',
);

/** Minimum length of British postcodes without a space. */
const MIN_WRITTEN_IN_ONE = 6;

/** Context in which a street or a town is searched, in characters. */
const BEFORE_CHARS = 64;
const AFTER_CHARS = 32;

/**
 * Matches a street and a house number directly before the postcode: "Kerkstraat 12, ", "12 rue de
 * la Paix, ".
 */
const STREET_BEFORE = new RegExp(
  [
    // German and Dutch: the kind of street is the end of the name, and the number follows.
    '\\p{L}+(?:straat|laan|weg|plein|gracht|kade|singel|dijk|hof|pad|steeg|dreef|lei|steenweg|straße|strasse|str\\.|platz|allee|gasse|ring|damm|ufer|markt|chaussee|wal|park|stieg|graben)\\s+\\d{1,4}(?:\\s?[a-zA-Z]\\b|\\s?-\\s?\\d+|\\s?bus\\s\\d+)?\\s?,?\\s(?:(?:in|te|à)\\s)?',
    // As a separate word, as in "Lange Straße 5".
    '(?:Straße|Strasse|Weg|Platz|Allee|Gasse)\\s\\d{1,4}\\s?[a-z]?,?\\s(?:in\\s)?',
    // Romance languages: the kind comes first, the number before it or at the end.
    '(?:rue|avenue|av\\.|boulevard|bd|place|chemin|allée|impasse|quai|route|cours|calle|c/|avenida|avda\\.|plaza|paseo|ronda|carrer|via|viale|piazza|corso|vicolo|largo|strada)\\s[^0-9<>\\n]{2,40}(?:\\d{1,4}\\s?[a-zA-Z]?,?|,)\\s(?:(?:a|à|en|in)\\s)?',
    '\\d{1,4}\\s?(?:bis|ter)?,?\\s(?:rue|avenue|av\\.|boulevard|bd|place|chemin|allée|impasse|quai|route|cours)\\s[^0-9<>\\n]{2,40},?\\s(?:à\\s)?',
    // English.
    '\\d{1,5}\\s[^0-9<>\\n]{2,24}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|way|close|square)\\b\\.?[^0-9<>\\n]{0,24}',
  ]
    .map((street) => `(?:${street})`)
    .join('|')
    .replace(/^/, '(?:')
    .concat(')$'),
  'iu',
);

const COUNTRY_BEFORE = /(?<![\p{L}\p{N}-])(?:NL|BE?|DE?|FR?|ES?|IT?|L|A|CH)-$/u;
const STATE_BEFORE = new RegExp(
  `(?:(?:,|\\p{Ll}\\.?,?)\\s(?:${US_STATES})|(?<!\\p{L})(?:${US_STATE_NAMES})),?\\s$`,
  'u',
);
const TOWN_AFTER = /^,?\s(\p{Lu}[\p{L}-]+)/u;

/**
 * Dutch postcodes, such as 1234 AB. Capital letters are unambiguous, unless they are an
 * abbreviation that follows numbers ("2010 WK", "1500 MB") and nothing else indicates an address.
 */
const DUTCH = /^[1-9]\d{3}(?!SA|SD|SS)[A-Z]{2}$/;
const ABBREVIATIONS = new Set(
  'EU NL VS UK US WK EK OS PC TV AI IT HD GB MB KB TB KM KG CM MM ML MW KW PK PS CV BC AD CE AM PM XL HR OK CC DM CT BV NV VN DE EN OP TE IN IS DB HZ FT LB OZ MA SA PR VR CEO UP EP CD LP FM DJ ID IQ IP QR'.split(
    ' ',
  ),
);

const UK = new RegExp(`^(?:(?:${UK_AREAS})\\d[A-Z\\d]?\\d[ABD-HJLNP-UW-Z]{2}|GIR0AA)$`);

export const codePostcodeDetector: Detector = {
  kind: 'postcode',
  find: (source) => [
    ...findCodes(source.units, [
      {
        minChars: 6,
        maxChars: 6,
        start: /^[1-9]\d{3}/,
        pattern: DUTCH,
        accept: (candidate) => isDutch(source.text, candidate),
      },
      {
        minChars: 5,
        maxChars: 7,
        start: /^[A-Z]{1,2}\d|^GIR/,
        pattern: UK,
        accept: (candidate) => isBritish(source.text, candidate),
      },
    ]),
  ],
};

function isDutch(text: string, candidate: CodeCandidate): boolean {
  const { code, units, start, end, gaps } = candidate;
  if (isAnnounced(text, start)) return true;
  // "kerkstraat 12, 1234 ab": some recognizers write no capitals.
  const isWrittenAfterStreet = units.every(({ isSpoken }) => !isSpoken) && followsStreet(text, start);
  if (isWrittenAfterStreet) return true;
  const isPlain =
    units.length === 2 && units.every(({ isWrittenSmall, isSpoken }) => !isWrittenSmall && !isSpoken);
  if (!isPlain || !/^ ?$/.test(gaps[0] ?? '-') || isReference(text, start)) return false;
  if (isTailOfName(text, start)) return false;
  const letters = code.slice(4);
  const isDoubtful = ABBREVIATIONS.has(letters) || (isYear(code.slice(0, 4)) && gaps[0] === ' ');
  return !isDoubtful || isInAddress(text, { start, end });
}

/** Whether the code is the end of a name, as in "i7-3610QM", but not in "NL-3511 AB". */
function isTailOfName(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 4), start);
  return /[\p{L}\p{N}]-$/u.test(before) && !COUNTRY_BEFORE.test(before);
}

function isBritish(text: string, candidate: CodeCandidate): boolean {
  const { code, units, start, gaps } = candidate;
  if (isAnnounced(text, start)) return true;
  if (units.some(({ isSpoken }) => isSpoken) || isReference(text, start)) return false;
  // No gaps between letters and digits, except one space before the last three characters.
  const isWhole = gaps.every((gap, index) => gap === '' || (gap === ' ' && index === gaps.length - 2));
  // "S16LE" is ambiguous.
  if (!gaps.includes(' ') && code.length < MIN_WRITTEN_IN_ONE) return false;
  const isSmall = units.some(({ isWrittenSmall }) => isWrittenSmall);
  if (!isWhole || /\d(?:GB|TB|HZ)$/.test(code)) return false;
  return !isSmall || (gaps.includes(' ') && !/(?:ST|ND|RD|TH)$/.test(code));
}

/**
 * Finds postcodes of four and five digits, and American ones of nine, which are recognized by their
 * context only.
 */
export const digitPostcodeDetector: Detector = {
  kind: 'postcode',
  find: (source) => [...findAnnounced(source), ...findInAddresses(source), ...findZipPlusFour(source)],
};

function findAnnounced({ text, runs }: Source): Finding[] {
  return findDigits(runs, {
    length: [4, 5],
    digits: /^\d{4,5}$/,
    accept: (candidate) =>
      isPlausible(candidate) &&
      !isPartOfName(text, span(candidate).start) &&
      isAnnounced(text, span(candidate).start) &&
      !isAmount(text, span(candidate)),
  }).map(span);
}

function findInAddresses({ text, runs }: Source): Finding[] {
  return findDigits(runs, {
    length: [4, 5],
    digits: /^\d{4,5}$/,
    accept: (candidate) =>
      candidate.groups.length === 1 &&
      isInAddress(text, span(candidate), candidate.digits) &&
      !isAmount(text, span(candidate)),
  }).map(({ groups }) => withCountry(text, span({ groups, digits: '' })));
}

function findZipPlusFour({ text, runs }: Source): Finding[] {
  return findDigits(runs, {
    length: [9, 9],
    digits: /^\d{9}$/,
    accept: (candidate) => {
      const { start } = span(candidate);
      const [first, second] = candidate.groups;
      if (candidate.groups.length !== 2 || first?.digits.length !== 5 || second?.separator !== '-')
        return false;
      return (
        isAnnounced(text, start) || STATE_BEFORE.test(text.slice(Math.max(0, start - BEFORE_CHARS), start))
      );
    },
  }).map(span);
}

/** Whether the digits are one or two groups, or read out. */
function isPlausible({ groups }: DigitCandidate): boolean {
  return (
    groups.length === 1 ||
    groups.every((group) => group.isSpoken || group.digits.length === 1) ||
    groups.length === 2
  );
}

function isInAddress(text: string, { start, end }: Finding, digits = ''): boolean {
  const before = text.slice(Math.max(0, start - BEFORE_CHARS), start);
  const town = TOWN_AFTER.exec(text.slice(end, end + AFTER_CHARS))?.[1];
  if (digits !== '' && town !== undefined && belongsTo(town, digits)) return true;
  if (digits.length === 5 && STATE_BEFORE.test(before)) return true;
  if (town !== undefined && COUNTRY_BEFORE.test(before)) return true;
  return town !== undefined && STREET_BEFORE.test(before);
}

function followsStreet(text: string, start: number): boolean {
  return STREET_BEFORE.test(text.slice(Math.max(0, start - BEFORE_CHARS), start));
}

/** Extends a finding by the country before it: "D-10115". */
function withCountry(text: string, { start, end }: Finding): Finding {
  const country = COUNTRY_BEFORE.exec(text.slice(Math.max(0, start - 4), start));
  return { start: start - (country?.[0].length ?? 0), end };
}

function isYear(digits: string): boolean {
  return /^(?:19|20)\d\d$/.test(digits);
}
