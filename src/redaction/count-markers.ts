import { PII_KINDS } from './detector.js';

/**
 * Kinds of markers that may be counted by name: those of the detectors, and those that the model is asked to use. A model may make
 * up others, and put into one what it should have taken out.
 */
const KINDS: ReadonlySet<string> = new Set([...PII_KINDS, 'address', 'name']);

export type MarkerCounts = Partial<Record<string, number>>;

/** How many markers such as `<redacted_email>` a text holds, by kind; unknown kinds are counted as `other`. */
export function countMarkers(text: string): MarkerCounts {
  const counts: MarkerCounts = {};
  for (const [, kind = ''] of text.matchAll(/<redacted_([^<>\s]{1,40})>/g)) {
    const known = KINDS.has(kind) ? kind : 'other';
    counts[known] = (counts[known] ?? 0) + 1;
  }
  return counts;
}

/** The sum, kind by kind. */
export function addCounts(all: readonly MarkerCounts[]): MarkerCounts {
  const sum: MarkerCounts = {};
  for (const [kind, count] of all.flatMap((counts) => Object.entries(counts))) {
    sum[kind] = (sum[kind] ?? 0) + (count ?? 0);
  }
  return sum;
}
