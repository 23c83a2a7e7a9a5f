import { setImmediate as nextIteration } from 'node:timers/promises';
import { alignWords, type TimedWord } from './align-words.js';
import { NOTHING_TO_TRANSCRIBE } from '../../chunks/empty-text.js';
import { readRecognizedWords, type RecognizedWord } from './recognized-words.js';

export interface TranscriptChunk {
  id: string;
  position: number;
  transcript: string | null;
  /**
   * Length of the recording in seconds, as measured by the provider; null when it was not reported.
   */
  durationSeconds: number | null;
  /** The stored `words` of the provider's answer; null when not allowed or not selected. */
  words: unknown;
  /** Earlier texts; undefined when they are not asked for. */
  sources?: TextSources;
}

/** Texts of a chunk from before its final one. */
export interface TextSources {
  /** First-stage text in the provider's answer; null when there is none. */
  heardText: string | null;
  /** Whether no first-stage text may be stored, so that it is unknown what was corrected. */
  isAnonymized: boolean;
  /** The text before the first edit; null when nobody edited it. */
  machineText: string | null;
}

/** A chunk on the timeline of its conversation. */
export interface PositionedChunk {
  chunk: TranscriptChunk;
  /** Start, from the beginning of the conversation, after the end of the previous chunks. */
  offsetMs: number;
  endMs: number;
  /** Words with times from the beginning of the conversation. */
  words: TimedWord[];
}

/**
 * Places chunks one after the other. A chunk lasts as long as its recording; or until its last
 * word, when that is later or the length is unknown; or, without both, as long as its text takes to
 * read. Yields to the event loop between two chunks.
 */
export async function positionChunks(chunks: readonly TranscriptChunk[]): Promise<PositionedChunk[]> {
  let offsetMs = 0;
  const all: PositionedChunk[] = [];
  for (const chunk of chunks) {
    const recognized = readRecognizedWords(chunk.words);
    const durationMs = toDurationMs(chunk);
    const words = alignWords(spokenText(chunk), recognized, durationMs);
    const positioned = {
      chunk,
      offsetMs,
      endMs: offsetMs + lengthOnTimeline(durationMs, recognized, () => words),
      words: words.map((word) => moved(word, offsetMs)),
    };
    offsetMs = positioned.endMs;
    all.push(positioned);
    await nextIteration();
  }
  return all;
}

/**
 * Returns the length of a chunk on the timeline, as `positionChunks` adds it, without the times of
 * its words. Only a recording of unknown length needs its words aligned for that.
 */
export function chunkLengthMs(chunk: TranscriptChunk): number {
  const recognized = readRecognizedWords(chunk.words);
  const durationMs = toDurationMs(chunk);
  return lengthOnTimeline(durationMs, recognized, () =>
    alignWords(spokenText(chunk), recognized, durationMs),
  );
}

/** Returns the reported length of the recording in milliseconds; null when it was not reported. */
export function toDurationMs({ durationSeconds }: Pick<TranscriptChunk, 'durationSeconds'>): number | null {
  return durationSeconds === null ? null : Math.round(durationSeconds * 1_000);
}

/** Where the length is known, no aligned word ends after both it and the last recognized word. */
function lengthOnTimeline(
  durationMs: number | null,
  recognized: readonly RecognizedWord[],
  words: () => readonly TimedWord[],
): number {
  return Math.max(durationMs ?? lastEnd(words()), lastEnd(recognized));
}

/** Not the last word's end: two may talk at once. Not Math.max(...words): arguments are limited. */
function lastEnd(words: readonly { endMs: number }[]): number {
  return words.reduce((latest, { endMs }) => Math.max(latest, endMs), 0);
}

/** Moves a word from the time of its recording to that of the conversation. */
export function moved(word: TimedWord, offsetMs: number): TimedWord {
  return { ...word, startMs: word.startMs + offsetMs, endMs: word.endMs + offsetMs };
}

/** Returns the spoken text, which is empty for the sentence that stands for silence. */
export function spokenText(chunk: Pick<TranscriptChunk, 'transcript'>): string {
  const text = chunk.transcript?.trim() ?? '';
  return text === NOTHING_TO_TRANSCRIBE ? '' : text;
}
