import { setImmediate as nextIteration } from 'node:timers/promises';
import { alignWords, type TimedWord } from './align-words.js';
import { NOTHING_TO_TRANSCRIBE } from '../../chunks/empty-text.js';
import { readRecognizedWords } from './recognized-words.js';

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
    const durationMs = chunk.durationSeconds === null ? null : Math.round(chunk.durationSeconds * 1_000);
    const words = alignWords(spokenText(chunk), recognized, durationMs);
    const lastMs = Math.max(lastEnd(recognized), lastEnd(words));
    const positioned = {
      chunk,
      offsetMs,
      endMs: offsetMs + Math.max(durationMs ?? 0, lastMs),
      words: words.map((word) => moved(word, offsetMs)),
    };
    offsetMs = positioned.endMs;
    all.push(positioned);
    await nextIteration();
  }
  return all;
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
