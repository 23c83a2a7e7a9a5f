import type { TranscriptWord } from '../../../api/types';
import type { Paragraph, Reading } from './reading';

/** A word of the conversation. */
export interface WordAddress {
  chunkId: string;
  /** Index among the words of the chunk. */
  index: number;
}

/** Words that may begin while an earlier one is still spoken: two people talk at once. */
const MAX_SIMULTANEOUS = 40;

/**
 * Finds the word that is spoken at a time: `start <= ms < end`. Of simultaneous words it is the one
 * that began last.
 *
 * @param readings in the order of the timeline
 */
export function wordAtTime(readings: readonly Reading[], ms: number): WordAddress | null {
  const { chunk } = readings[lastIndex(readings, ({ chunk: { offsetMs } }) => offsetMs <= ms)] ?? {};
  if (chunk === undefined) return null;
  const last = lastIndex(chunk.words, ({ start }) => start <= ms);
  for (let index = last; index >= 0 && index > last - MAX_SIMULTANEOUS; index -= 1) {
    if ((chunk.words[index]?.end ?? 0) > ms) return { chunkId: chunk.id, index };
  }
  return null;
}

/** Finds the word at an offset in a paragraph, or the one before it; null when there is none. */
export function wordAtOffset(paragraph: Paragraph, offset: number): number | null {
  const index = lastIndex(paragraph.starts, (start) => start <= offset);
  return index < 0 ? null : paragraph.firstWord + index;
}

/** Finds the paragraph that holds a word. */
export function paragraphOfWord(reading: Reading, index: number): Paragraph | undefined {
  return reading.paragraphs[lastIndex(reading.paragraphs, ({ firstWord }) => firstWord <= index)];
}

/** Finds the first word that ends after a time, to begin reading there. */
export function wordFromTime(readings: readonly Reading[], ms: number): WordAddress | null {
  for (const { chunk } of readings) {
    const last = chunk.words.at(-1);
    if (last === undefined || last.end <= ms) continue;
    const index = lastIndex(chunk.words, ({ end }) => end <= ms) + 1;
    return { chunkId: chunk.id, index: Math.min(index, chunk.words.length - 1) };
  }
  return null;
}

/** Moves by one word, over the borders of chunks; null at the beginning and the end. */
export function neighborWord(
  readings: readonly Reading[],
  { chunkId, index }: WordAddress,
  step: 1 | -1,
): WordAddress | null {
  const at = readings.findIndex(({ chunk }) => chunk.id === chunkId);
  const words = readings[at]?.chunk.words.length ?? 0;
  if (index + step >= 0 && index + step < words) return { chunkId, index: index + step };
  for (let other = at + step; other >= 0 && other < readings.length; other += step) {
    const chunk = readings[other]?.chunk;
    if (chunk !== undefined && chunk.words.length > 0) {
      return { chunkId: chunk.id, index: step === 1 ? 0 : chunk.words.length - 1 };
    }
  }
  return null;
}

/** Moves to the first word of the next paragraph, or of this one, and then of the one before. */
export function neighborParagraph(
  readings: readonly Reading[],
  word: WordAddress,
  step: 1 | -1,
): WordAddress | null {
  const reading = readings.find(({ chunk }) => chunk.id === word.chunkId);
  if (reading === undefined) return null;
  const at = lastIndex(reading.paragraphs, ({ firstWord }) => firstWord <= word.index);
  const here = reading.paragraphs[at];
  if (step === -1 && here !== undefined && word.index > here.firstWord) {
    return { chunkId: word.chunkId, index: here.firstWord };
  }
  const next = reading.paragraphs[at + step];
  if (next !== undefined) return { chunkId: word.chunkId, index: next.firstWord };
  const edge = step === 1 ? reading.chunk.words.length - 1 : 0;
  const outside = neighborWord(readings, { chunkId: word.chunkId, index: edge }, step);
  if (outside === null || step === 1) return outside;
  const before = readings.find(({ chunk }) => chunk.id === outside.chunkId);
  const last = before === undefined ? undefined : paragraphOfWord(before, outside.index);
  return { chunkId: outside.chunkId, index: last?.firstWord ?? 0 };
}

export function wordOf(
  readings: readonly Reading[],
  { chunkId, index }: WordAddress,
): TranscriptWord | undefined {
  return readings.find(({ chunk }) => chunk.id === chunkId)?.chunk.words[index];
}

/**
 * Finds the last item of those at the beginning for which a condition holds, by halving.
 *
 * @returns -1 when it holds for none
 */
function lastIndex<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
