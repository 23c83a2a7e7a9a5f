import { personalDataSteps, putMarkers, type PersonalData, type Redaction } from './redact-patterns.js';
import type { Steps } from './steps.js';

/** A piece of speech: its text, and whatever else the provider says of it. */
interface Piece {
  item: unknown;
  /** Place of its text when the pieces are read one after the other. */
  start: number;
  end: number;
}

/** Put together at once: less than a millisecond. */
const STEP_PIECES = 1_000;

export interface RedactedPieces {
  pieces: unknown[];
  counts: Redaction['counts'];
}

/**
 * Reads pieces of speech one after the other, and puts those together that one finding lies in: the first of them, with the
 * redacted text of all, and the `end` of the last. Pieces that hold nothing stay as they are.
 *
 * @returns the pieces, and how many findings of each kind there were
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

/** Neighbours that one finding lies in are one group. Both lists are in the order of the text, so one look at each is enough. */
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

/** Findings from one place to another; halving, since a transcript has many words and may have many findings. */
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
