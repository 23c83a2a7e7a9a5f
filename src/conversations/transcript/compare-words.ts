import { diffArrays } from 'diff';

/** A section of one text and the section of the other that replaces it; at most one is empty. */
export interface Stretch {
  isSame: boolean;
  /** Indexes in the older text: from `first` up to, but not including, `end`. */
  older: Range;
  newer: Range;
}

export interface Range {
  first: number;
  end: number;
}

/**
 * Maximum number of edits for which two texts are compared by the shortest edit script. Its time
 * grows with the square of the edits: about 30 ms here, and seconds for 5,000 edits.
 */
const MAX_EDITS = 600;

/** The same limit between two anchors, of which a long text has many. */
const MAX_EDITS_BETWEEN_ANCHORS = 100;

/**
 * Lengths of the runs of words that anchor one text to the other. A run of four that occurs once in
 * both is hardly a coincidence; shorter runs are trusted only between longer ones.
 */
const ANCHOR_LENGTHS = [4, 2, 1] as const;

/**
 * Compares two texts word by word, in linear time. Texts that differ too much for the shortest edit
 * script are cut at words that occur once in both (patience diff,
 * https://bramcohen.livejournal.com/73318.html), and the parts in between are compared on their
 * own. Sections without anything in common replace each other.
 */
export function compareWords(older: readonly string[], newer: readonly string[]): Stretch[] {
  const whole = { older: { first: 0, end: older.length }, newer: { first: 0, end: newer.length } };
  return joined(compare({ older, newer }, whole, 0));
}

interface Texts {
  older: readonly string[];
  newer: readonly string[];
}

type Ranges = Pick<Stretch, 'older' | 'newer'>;

function compare(texts: Texts, ranges: Ranges, depth: number): Stretch[] {
  if (isEmpty(ranges.older) && isEmpty(ranges.newer)) return [];
  const shortest = shortestScript(texts, ranges, depth === 0 ? MAX_EDITS : MAX_EDITS_BETWEEN_ANCHORS);
  if (shortest !== undefined) return shortest;
  const anchorLength = ANCHOR_LENGTHS[depth];
  if (anchorLength === undefined) return [{ ...ranges, isSame: false }];
  const stretches: Stretch[] = [];
  let [older, newer] = [ranges.older.first, ranges.newer.first];
  const compareUpTo = (olderEnd: number, newerEnd: number): void => {
    const between = { older: { first: older, end: olderEnd }, newer: { first: newer, end: newerEnd } };
    for (const stretch of compare(texts, between, depth + 1)) stretches.push(stretch);
  };
  for (const anchor of anchorsOf(texts, ranges, anchorLength)) {
    compareUpTo(anchor.older, anchor.newer);
    [older, newer] = [anchor.older + 1, anchor.newer + 1];
    stretches.push({
      isSame: true,
      older: { first: anchor.older, end: older },
      newer: { first: anchor.newer, end: newer },
    });
  }
  compareUpTo(ranges.older.end, ranges.newer.end);
  return stretches;
}

function shortestScript(texts: Texts, ranges: Ranges, maxEditLength: number): Stretch[] | undefined {
  const changes = diffArrays(wordsIn(texts.older, ranges.older), wordsIn(texts.newer, ranges.newer), {
    maxEditLength,
  });
  let [older, newer] = [ranges.older.first, ranges.newer.first];
  return changes?.map(({ added, removed, count }) => {
    const from = { older, newer };
    if (!added) older += count;
    if (!removed) newer += count;
    return {
      isSame: !added && !removed,
      older: { first: from.older, end: older },
      newer: { first: from.newer, end: newer },
    };
  });
}

interface Anchor {
  older: number;
  newer: number;
}

/**
 * Finds the starts of runs that occur once in each text, as many as have the same order in both.
 */
function anchorsOf(texts: Texts, ranges: Ranges, length: number): Anchor[] {
  const olderRuns = runsOnce(texts.older, ranges.older, length);
  const common: Anchor[] = [];
  for (const [run, newer] of runsOnce(texts.newer, ranges.newer, length)) {
    const older = olderRuns.get(run);
    if (older !== undefined) common.push({ older, newer });
  }
  return longestIncreasing(common.sort((one, other) => one.newer - other.newer));
}

/** @returns the start of each run of words that occurs once */
function runsOnce(words: readonly string[], { first, end }: Range, length: number): Map<string, number> {
  const positions = new Map<string, number>();
  const repeated = new Set<string>();
  for (let position = first; position + length <= end; position += 1) {
    const run = words.slice(position, position + length).join('\n');
    if (positions.has(run)) repeated.add(run);
    else positions.set(run, position);
  }
  for (const run of repeated) positions.delete(run);
  return positions;
}

/**
 * Finds the longest chain of anchors in which the older indexes increase too (patience sorting).
 */
function longestIncreasing(anchors: readonly Anchor[]): Anchor[] {
  const tails: { anchor: Anchor; before?: Link }[] = [];
  for (const anchor of anchors) {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tails[middle]?.anchor.older ?? 0) < anchor.older) low = middle + 1;
      else high = middle;
    }
    tails[low] = { anchor, before: tails[low - 1] };
  }
  const chain: Anchor[] = [];
  for (let link: Link | undefined = tails.at(-1); link !== undefined; link = link.before) {
    chain.push(link.anchor);
  }
  return chain.reverse();
}

interface Link {
  anchor: Anchor;
  before?: Link;
}

/** Joins neighboring sections, both of changed words and of common words. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const stretch of stretches) {
    const last = result.at(-1);
    if (last?.isSame === stretch.isSame) {
      last.older = { first: last.older.first, end: stretch.older.end };
      last.newer = { first: last.newer.first, end: stretch.newer.end };
    } else {
      result.push({ ...stretch });
    }
  }
  return result;
}

function wordsIn(words: readonly string[], { first, end }: Range): string[] {
  return words.slice(first, end);
}

function isEmpty({ first, end }: Range): boolean {
  return first === end;
}
