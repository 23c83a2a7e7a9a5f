import { combinedPromptLength, type PartRange, type PartSummary } from '../prompts/summary-prompt.js';
import { PART_LENGTH, planParts } from './plan-parts.js';

/** A request for a summary: level 0 has the parts of the transcript, later ones groups of them. */
export interface StepId {
  level: number;
  ordinal: number;
}

/** Result so far of a request that is not the last one. */
export interface StoredPart extends StepId {
  /** Null: it is not made yet, or was refused. */
  summary: string | null;
  /** Why the model refuses the part for good. */
  error: string | null;
  /** Number of failed tries. */
  tries: number;
  model: string | null;
}

interface Request extends StepId {
  /** Number of failed tries. */
  tries: number;
}

interface Results {
  leftOut: string | null;
  /** The model that summarized the parts. */
  model: string;
  maxChars: number;
  resultOf: (id: StepId) => StoredPart | undefined;
  requestOf: (id: StepId) => Request;
}

/** Next step towards the summary of a conversation. */
export type SummaryStep =
  | (Request & { kind: 'whole'; transcript: string })
  | (Request & { kind: 'part'; transcript: string; part: PartRange })
  | (Request & { kind: 'group'; parts: readonly PartSummary[] })
  | (Request & { kind: 'combined'; parts: readonly PartSummary[]; leftOut: string | null })
  /** No further request is needed. */
  | { kind: 'made'; summary: string; model: string; leftOut: string | null }
  | { kind: 'refused'; reason: string };

/**
 * Finds the next request for the summary of a transcript. A short transcript is summarized in one
 * request. A long one is summarized in parts, and then the summaries of the parts: in groups if
 * they do not fit into one request.
 *
 * A part that the model refuses for good is left out, and the summary says so: the rest of a long
 * conversation is worth more than nothing. Pure: equal input gives an equal step.
 *
 * @param stored results so far, of this transcript
 * @param maxChars length of the longest text in one request, in UTF-16 code units
 */
export function nextStep(transcript: string, stored: readonly StoredPart[], maxChars: number): SummaryStep {
  const texts = planParts(transcript, { partLength: PART_LENGTH, maxChars });
  const resultOf = ({ level, ordinal }: StepId) =>
    stored.find((part) => part.level === level && part.ordinal === ordinal);
  const requestOf = (id: StepId): Request => ({ ...id, tries: resultOf(id)?.tries ?? 0 });

  if (texts.length === 1) return { kind: 'whole', ...requestOf({ level: 0, ordinal: 0 }), transcript };

  const results = texts.map((_text, ordinal) => resultOf({ level: 0, ordinal }));
  const open = results.findIndex((result) => !isSettled(result));
  if (open >= 0) {
    const part = { first: open + 1, last: open + 1, of: texts.length };
    const request = requestOf({ level: 0, ordinal: open });
    return { kind: 'part', ...request, transcript: texts[open] ?? '', part };
  }

  const settled = results.filter((result) => result !== undefined);
  const leftOut = leftOutOf(texts, settled);
  const parts = settled.map(({ summary }, index) => ({
    first: index + 1,
    last: index + 1,
    of: texts.length,
    summary,
  }));
  const model = settled.find((part) => part.model !== null)?.model ?? '';
  return stepOver(parts, 1, { leftOut, model, maxChars, resultOf, requestOf });
}

function stepOver(parts: readonly PartSummary[], level: number, results: Results): SummaryStep {
  const { leftOut, maxChars, resultOf, requestOf } = results;
  const pieces = withoutEmpty(parts);
  const said = pieces.filter(({ summary }) => summary !== null);
  if (said.length === 0 && leftOut !== null) return { kind: 'refused', reason: leftOut };
  if (said.length <= 1) {
    return { kind: 'made', summary: said[0]?.summary ?? '', model: results.model, leftOut };
  }
  const groups = groupsOf(pieces, maxChars);
  if (groups.length === 1) {
    return { kind: 'combined', ...requestOf({ level, ordinal: 0 }), parts: pieces, leftOut };
  }
  const joined: PartSummary[] = [];
  for (const [ordinal, group] of groups.entries()) {
    const id = { level, ordinal };
    const piece = joinedOf(group, resultOf(id));
    if (piece === undefined) return { kind: 'group', ...requestOf(id), parts: group };
    joined.push(piece);
  }
  return stepOver(joined, level + 1, results);
}

/** Returns the piece that a group has become; undefined while its summary is owed. */
function joinedOf(group: readonly PartSummary[], result: StoredPart | undefined): PartSummary | undefined {
  if (group.every(({ summary }) => summary === null)) return { ...rangeOf(group), summary: null };
  const summary = result?.summary ?? null;
  return summary === null ? undefined : { ...rangeOf(group), summary };
}

function isSettled(result: StoredPart | undefined): boolean {
  return result !== undefined && (result.summary !== null || result.error !== null);
}

/** Leaves out pieces in which nothing was said. */
function withoutEmpty(pieces: readonly PartSummary[]): PartSummary[] {
  return pieces.filter(({ summary }) => summary !== '');
}

/**
 * Fills groups with consecutive summaries, each at most `maxChars` long. A group has at least two,
 * so that every level has fewer of them: the limits of models are far longer than two summaries.
 */
function groupsOf(pieces: readonly PartSummary[], maxChars: number): PartSummary[][] {
  const groups: PartSummary[][] = [];
  let length = 0;
  for (const piece of pieces) {
    const last = groups.at(-1);
    length += combinedPromptLength(piece);
    if (last === undefined || (length > maxChars && last.length > 1)) {
      groups.push([piece]);
      length = combinedPromptLength(piece);
    } else last.push(piece);
  }
  return groups;
}

function rangeOf(group: readonly PartSummary[]): PartRange {
  const [start] = group;
  const end = group.at(-1);
  if (start === undefined || end === undefined) throw new TypeError('a group is never empty');
  return { first: start.first, last: end.last, of: start.of };
}

/** Says which parts the summary leaves out; null when it leaves out none. */
function leftOutOf(texts: readonly string[], settled: readonly StoredPart[]): string | null {
  const total = texts.reduce((sum, { length }) => sum + length, 0);
  const percent = (chars: number): string => `${String(Math.round((chars / total) * 100))} %`;
  let start = 0;
  const places: string[] = [];
  for (const [index, { length }] of texts.entries()) {
    if (settled[index]?.error != null) {
      places.push(`part ${index + 1} (${percent(start)} to ${percent(start + length)})`);
    }
    start += length;
  }
  const reason = settled.find(({ error }) => error !== null)?.error;
  if (reason == null) return null;
  return `Not in this summary, of the ${texts.length} parts of the transcript: ${places.join(', ')}. ${reason}`;
}
