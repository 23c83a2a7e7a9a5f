import { PII_KINDS } from './detector.js';

/**
 * Kinds of markers that are counted by name: those of the detectors, and those that the model is
 * asked to use. A model may invent others, whose names may contain the data that it should have
 * redacted.
 */
const KINDS: ReadonlySet<string> = new Set([...PII_KINDS, 'address', 'name']);

export type MarkerCounts = Partial<Record<string, number>>;

/**
 * Counts the markers such as `<redacted_email>` in a text, by kind; unknown kinds are counted as
 * `other`.
 */
export function countMarkers(text: string): MarkerCounts {
  const counts: MarkerCounts = {};
  for (const [, kind = ''] of text.matchAll(/<redacted_([^<>\s]{1,40})>/g)) {
    const known = KINDS.has(kind) ? kind : 'other';
    counts[known] = (counts[known] ?? 0) + 1;
  }
  return counts;
}

/** Sums counts by kind. */
export function addCounts(all: readonly MarkerCounts[]): MarkerCounts {
  const sum: MarkerCounts = {};
  for (const [kind, count] of all.flatMap((counts) => Object.entries(counts))) {
    sum[kind] = (sum[kind] ?? 0) + (count ?? 0);
  }
  return sum;
}
