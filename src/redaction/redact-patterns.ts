import type { Detector, PiiKind } from './detector.js';
import type { Finding } from './finding.js';
import { bsnDetector, labeledBsnDetector } from './detectors/bsn.js';
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
import { plainTextSteps } from './plain-text.js';
import { readSource } from './source.js';
import { finish, finishInSteps, type Steps } from './steps.js';
import { type Window, windowsOf } from './windows.js';

/**
 * Detectors by decreasing certainty: of overlapping findings, the first one determines the marker.
 */
const DETECTORS: Detector[] = [
  spokenEmailDetector,
  handleDetector,
  emailDetector,
  ibanDetector,
  cardDetector,
  labeledBsnDetector,
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

/** Maximum number of rounds, as a marker may change the context of other findings. */
const MAX_ROUNDS = 5;

export interface Redaction {
  text: string;
  /** Number of inserted markers by kind; kinds without findings are missing. */
  counts: Partial<Record<PiiKind, number>>;
}

/** Personal data, with its range in the original text. */
export interface PersonalData extends Finding {
  kind: PiiKind;
}

interface Match extends PersonalData {
  /** Index in DETECTORS. */
  rank: number;
}

/**
 * Replaces personal data that patterns can recognize by markers such as `<redacted_email>`.
 * Deterministic, in time linear in the text, and a second run changes nothing. It finds neither
 * names and addresses, nor data that is personal only in its context: it is the minimum below the
 * model's redaction, not a replacement for it.
 *
 * For short texts: a megabyte of speech takes more than a second.
 */
export function redactPatterns(text: string): Redaction {
  return finish(redactSteps(text));
}

/** Does the same as `redactPatterns`, for texts of any length: yields to the event loop. */
export async function redactPatternsInSteps(text: string): Promise<Redaction> {
  return finishInSteps(redactSteps(text));
}

/** Runs `redactPatterns` in steps. */
export function* redactSteps(text: string): Steps<Redaction> {
  const counts: Redaction['counts'] = {};
  let redacted = text;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = yield* personalDataSteps(redacted);
    if (found.length === 0) break;
    redacted = putMarkers(redacted, found);
    for (const { kind } of found) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return { text: redacted, counts };
}

/**
 * Finds the data that redactPatterns replaces in its first round, in the order of the text, without
 * overlaps.
 */
export function findPersonalData(text: string): PersonalData[] {
  return finish(personalDataSteps(text));
}

/** Runs `findPersonalData` in steps. */
export function* personalDataSteps(text: string): Steps<PersonalData[]> {
  const plain = yield* plainTextSteps(text);
  const matches: Match[] = [];
  for (const window of windowsOf(plain.text)) {
    for (const match of yield* findIn(plain.text, window)) matches.push(match);
  }
  return joinOverlaps(matches).map(({ kind, start, end }) => ({ kind, ...plain.toOriginal(start, end) }));
}

/** Whether the text had findings. */
export function isRedacted({ counts }: Redaction): boolean {
  return Object.keys(counts).length > 0;
}

/**
 * Replaces each finding by a marker. Findings must be in the order of the text, without overlaps.
 */
export function putMarkers(text: string, found: readonly PersonalData[]): string {
  const pieces: string[] = [];
  let position = 0;
  for (const { kind, start, end } of found) {
    pieces.push(text.slice(position, start), `<redacted_${kind}>`);
    position = end;
  }
  return pieces.join('') + text.slice(position);
}

/** Finds matches that begin in the window, with their positions in the whole text. */
function* findIn(text: string, { start, end, from, to }: Window): Steps<Match[]> {
  return (yield* findAll(text.slice(from, to)))
    .map((match) => ({ ...match, start: match.start + from, end: match.end + from }))
    .filter((match) => match.start >= start && match.start < end);
}

function* findAll(text: string): Steps<Match[]> {
  const source = readSource(text);
  yield;
  const matches: Match[] = [];
  for (const [rank, { kind, find }] of DETECTORS.entries()) {
    for (const finding of find(source)) matches.push({ ...finding, kind, rank });
    yield;
  }
  if (!matches.some(isDoubtful)) return matches;
  const broken = findBrokenIbans(source);
  return matches.filter((match) => !isDoubtful(match) || !liesWithin(match, broken));
}

function isDoubtful({ kind }: Match): boolean {
  return kind === 'phone' || kind === 'bsn';
}

/** @param ranges in the order of the text, without overlaps */
function liesWithin({ start, end }: Finding, ranges: readonly Finding[]): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((ranges[middle]?.end ?? 0) < end) low = middle + 1;
    else high = middle;
  }
  return (ranges[low]?.start ?? Number.POSITIVE_INFINITY) <= start;
}

/** Joins overlapping findings to one that covers them all, so that no part of a number remains. */
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
