import { personalDataSteps, putMarkers, type PersonalData, type Redaction } from './redact-patterns.js';
import type { Steps } from './steps.js';

/** A piece of speech, with its text and further data of the provider. */
interface Piece {
  item: unknown;
  /** Range of its text in the joined text of all pieces. */
  start: number;
  end: number;
}

/** Pieces per step, which takes less than a millisecond. */
const STEP_PIECES = 1_000;

export interface RedactedPieces {
  pieces: unknown[];
  counts: Redaction['counts'];
}

/**
 * Redacts the joined text of pieces of speech. Pieces that share a finding are merged into the
 * first one, with the redacted text of all, and the `end` of the last one. Pieces without findings
 * stay unchanged.
 *
 * @returns the pieces, and the number of findings of each kind
 */
export function* redactPieces(items: readonly unknown[]): Steps<RedactedPieces> {
  const text = items.map(textOf).join(' ');
  const found = yield* personalDataSteps(text);
  const counts: Redaction['counts'] = {};
  for (const { kind } of found) counts[kind] = (counts[kind] ?? 0) + 1;
  const pieces: unknown[] = [];
  for (const group of yield* groupsOf(items, found)) {
    pieces.push(merge(group, text, found));
    if (pieces.length % STEP_PIECES === 0) yield;
  }
  return { pieces, counts };
}

/**
 * Groups neighbors that share a finding. Both lists are in the order of the text, so one pass is
 * enough.
 */
function* groupsOf(items: readonly unknown[], found: readonly PersonalData[]): Steps<Piece[][]> {
  const groups: Piece[][] = [];
  let start = 0;
  let next = 0;
  for (const item of items) {
    const end = start + textOf(item).length;
    while ((found[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next += 1;
    const previous = groups.at(-1);
    const isShared = (found[next]?.start ?? Number.POSITIVE_INFINITY) < start;
    if (previous !== undefined && isShared) previous.push({ item, start, end });
    else groups.push([{ item, start, end }]);
    start = end + 1;
    if (groups.length % STEP_PIECES === 0) yield;
  }
  return groups;
}

function merge(group: readonly Piece[], text: string, found: readonly PersonalData[]): unknown {
  const first = group[0];
  const last = group.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const own = between(found, first.start, last.end);
  if (own.length === 0) return first.item;
  const inside = own.map(({ kind, start, end }) => ({
    kind,
    start: start - first.start,
    end: end - first.start,
  }));
  const redacted = putMarkers(text.slice(first.start, last.end), inside);
  if (typeof first.item !== 'object' || first.item === null) return redacted;
  const { end } = (last.item ?? {}) as { end?: unknown };
  return { ...first.item, text: redacted, ...(end === undefined ? {} : { end }) };
}

/**
 * Returns the findings in a range. Uses binary search, as a transcript may have many words and
 * findings.
 */
function between(found: readonly PersonalData[], start: number, end: number): PersonalData[] {
  let low = 0;
  let high = found.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((found[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const own: PersonalData[] = [];
  for (let index = low; (found[index]?.start ?? Number.POSITIVE_INFINITY) < end; index += 1) {
    const finding = found[index];
    if (finding !== undefined) own.push(finding);
  }
  return own;
}

function textOf(item: unknown): string {
  if (typeof item === 'string') return item;
  if (typeof item !== 'object' || item === null || !('text' in item)) return '';
  return typeof item.text === 'string' ? item.text : '';
}
