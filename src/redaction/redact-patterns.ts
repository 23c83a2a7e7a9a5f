import type { Detector, Finding, PiiKind } from './detector.js';
import { bsnDetector, labelledBsnDetector } from './detectors/bsn.js';
import { cardDetector } from './detectors/card.js';
import { emailDetector } from './detectors/email.js';
import { handleDetector } from './detectors/handle.js';
import { ibanDetector } from './detectors/iban.js';
import { internationalPhoneDetector } from './detectors/phone-international.js';
import { nationalPhoneDetector } from './detectors/phone-national.js';
import { northAmericanPhoneDetector } from './detectors/phone-north-america.js';

/** The surest first: where findings overlap, the first of them names the marker. */
const DETECTORS: Detector[] = [
  handleDetector,
  emailDetector,
  ibanDetector,
  cardDetector,
  labelledBsnDetector,
  internationalPhoneDetector,
  nationalPhoneDetector,
  northAmericanPhoneDetector,
  bsnDetector,
];

export interface Redaction {
  text: string;
  /** How many markers of each kind were put in; kinds that were not found are missing. */
  counts: Partial<Record<PiiKind, number>>;
}

interface Match extends Finding {
  kind: PiiKind;
  /** Place in DETECTORS. */
  rank: number;
}

/**
 * Replaces what patterns can recognise as personal data by markers such as `<redacted_email>`. Deterministic, and a second
 * run changes nothing. Names, addresses and spoken-out data are beyond it: it is the floor under the model's redaction, not
 * a replacement for it.
 */
export function redactPatterns(text: string): Redaction {
  const counts: Redaction['counts'] = {};
  const pieces: string[] = [];
  let position = 0;
  for (const { kind, start, end } of joinOverlaps(findAll(text))) {
    pieces.push(text.slice(position, start), `<redacted_${kind}>`);
    counts[kind] = (counts[kind] ?? 0) + 1;
    position = end;
  }
  return { text: pieces.join('') + text.slice(position), counts };
}

/** Whether anything was found. */
export function isRedacted({ counts }: Redaction): boolean {
  return Object.keys(counts).length > 0;
}

function findAll(text: string): Match[] {
  return DETECTORS.flatMap(({ kind, find }, rank) =>
    find(text).map((finding) => ({ ...finding, kind, rank })),
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
