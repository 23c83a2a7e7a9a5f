import type { TranscriptChange, TranscriptChunk } from '../../../api/types';

/** A change with the words around it. */
export interface ChangeInContext extends TranscriptChange {
  chunkId: string;
  before: string;
  after: string;
}

export interface ChangeFilter {
  hideMinor: boolean;
  origin: TranscriptChange['origin'] | null;
}

/** Words that are shown on either side: enough to recognize the sentence on one line. */
const CONTEXT_WORDS = 6;

/** Collects the changes of chunks, in their order, with the words around each of them. */
export function changesInContext(chunks: readonly TranscriptChunk[]): ChangeInContext[] {
  return chunks.flatMap((chunk) =>
    (chunk.changes ?? []).map((change) => ({
      ...change,
      chunkId: chunk.id,
      before: wordsOf(chunk, Math.max(0, change.firstWord - CONTEXT_WORDS), change.firstWord),
      after: wordsOf(chunk, change.firstWord + change.words, change.firstWord + change.words + CONTEXT_WORDS),
    })),
  );
}

export function filterChanges(
  changes: readonly ChangeInContext[],
  { hideMinor, origin }: ChangeFilter,
): ChangeInContext[] {
  return changes.filter(
    (change) => !(hideMinor && change.minor) && (origin === null || change.origin === origin),
  );
}

/** Number of the words that were put in, and their share of all words. */
export function changedWords(
  changes: readonly ChangeInContext[],
  chunks: readonly TranscriptChunk[],
): { words: number; share: number } {
  const words = changes.reduce((sum, change) => sum + change.words, 0);
  const all = chunks.reduce((sum, chunk) => sum + chunk.words.length, 0);
  return { words, share: all === 0 ? 0 : words / all };
}

function wordsOf(chunk: TranscriptChunk, first: number, end: number): string {
  return chunk.words
    .slice(first, end)
    .map(({ text }) => text)
    .join(' ');
}
