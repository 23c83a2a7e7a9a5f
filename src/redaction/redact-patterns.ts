import type { Detector, PiiKind } from './detector.js';
import type { Finding } from './finding.js';
import { bsnDetector, labelledBsnDetector } from './detectors/bsn.js';
import { cardDetector } from './detectors/card.js';
import { emailDetector } from './detectors/email.js';
import { spokenEmailDetector } from './detectors/email-spoken.js';
import { handleDetector } from './detectors/handle.js';
import { findBrokenIbans, ibanDetector } from './detectors/iban.js';
import { codeIdDetector, digitIdDetector } from './detectors/national-id.js';
import { internationalPhoneDetector } from './detectors/phone-international.js';
import { nationalPhoneDetector } from './detectors/phone-national.js';
import { northAmericanPhoneDetector } from './detectors/phone-north-america.js';
import {
  announcedPhoneDetector,
  localPhoneDetector,
  zerolessPhoneDetector,
} from './detectors/phone-zeroless.js';
import { plateDetector } from './detectors/plate.js';
import { codePostcodeDetector, digitPostcodeDetector } from './detectors/postcode.js';
import { toPlainText } from './plain-text.js';
import { readSource } from './source.js';

/** The surest first: where findings overlap, the first of them names the marker. */
const DETECTORS: Detector[] = [
  spokenEmailDetector,
  handleDetector,
  emailDetector,
  ibanDetector,
  cardDetector,
  labelledBsnDetector,
  digitIdDetector,
  codeIdDetector,
  internationalPhoneDetector,
  nationalPhoneDetector,
  northAmericanPhoneDetector,
  plateDetector,
  codePostcodeDetector,
  bsnDetector,
  digitPostcodeDetector,
  zerolessPhoneDetector,
  announcedPhoneDetector,
  localPhoneDetector,
];

/** A marker may change what is beside it; after this many rounds the text is left as it is. */
const MAX_ROUNDS = 5;

export interface Redaction {
  text: string;
  /** How many markers of each kind were put in; kinds that were not found are missing. */
  counts: Partial<Record<PiiKind, number>>;
}

/** Personal data, at its place in the original text. */
export interface PersonalData extends Finding {
  kind: PiiKind;
}

interface Match extends PersonalData {
  /** Place in DETECTORS. */
  rank: number;
}

/**
 * Replaces what patterns can recognise as personal data by markers such as `<redacted_email>`. Deterministic, in time linear
 * in the text, and a second run changes nothing. Names and addresses are beyond it, and so is what only its context makes
 * personal: it is the floor under the model's redaction, not a replacement for it.
 */
export function redactPatterns(text: string): Redaction {
  const counts: Redaction['counts'] = {};
  let redacted = text;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = findPersonalData(redacted);
    if (found.length === 0) break;
    redacted = putMarkers(redacted, found);
    for (const { kind } of found) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return { text: redacted, counts };
}

/** What redactPatterns replaces in its first round, in the order of the text, without overlaps. */
export function findPersonalData(text: string): PersonalData[] {
  const plain = toPlainText(text);
  return joinOverlaps(findAll(plain.text)).map(({ kind, start, end }) => ({
    kind,
    ...plain.toOriginal(start, end),
  }));
}

/** Whether anything was found. */
export function isRedacted({ counts }: Redaction): boolean {
  return Object.keys(counts).length > 0;
}

/** Puts a marker in the place of each finding; they must be in the order of the text, without overlaps. */
export function putMarkers(text: string, found: readonly PersonalData[]): string {
  const pieces: string[] = [];
  let position = 0;
  for (const { kind, start, end } of found) {
    pieces.push(text.slice(position, start), `<redacted_${kind}>`);
    position = end;
  }
  return pieces.join('') + text.slice(position);
}

function findAll(text: string): Match[] {
  const source = readSource(text);
  const matches = DETECTORS.flatMap(({ kind, find }, rank) =>
    find(source).map((finding) => ({ ...finding, kind, rank })),
  );
  if (!matches.some(({ kind }) => kind === 'phone' || kind === 'bsn')) return matches;
  const broken = findBrokenIbans(source);
  return matches.filter(
    ({ kind, start, end }) =>
      !(kind === 'phone' || kind === 'bsn') || !broken.some((iban) => iban.start <= start && end <= iban.end),
  );
}

/** Overlapping findings become one that covers them all: cutting one off would leave a part of a number standing. */
function joinOverlaps(matches: Match[]): Match[] {
  const joined: Match[] = [];
  for (const match of matches.toSorted((a, b) => a.start - b.start || a.rank - b.rank)) {
    const last = joined.at(-1);
    if (last === undefined || match.start >= last.end) {
      joined.push({ ...match });
      continue;
    }
    last.end = Math.max(last.end, match.end);
    if (match.rank < last.rank) {
      last.rank = match.rank;
      last.kind = match.kind;
    }
  }
  return joined;
}
