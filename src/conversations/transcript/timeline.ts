import { setImmediate as nextIteration } from 'node:timers/promises';
import { alignWords, type TimedWord } from './align-words.js';
import { NOTHING_TO_TRANSCRIBE } from '../../chunks/empty-text.js';
import { readRecognisedWords } from './recognized-words.js';

export interface TranscriptChunk {
  id: string;
  position: number;
  transcript: string | null;
  /** Length of the recording as the provider measured it, in seconds; null when it did not say. */
  durationSeconds: number | null;
  /** The `words` of the provider's answer as they were stored; null where none may be, or none were asked for. */
  words: unknown;
}

/** A chunk at its place in the conversation. */
export interface PositionedChunk {
  chunk: TranscriptChunk;
  /** Where it begins, counted from the beginning of the conversation: the chunks before it have ended. */
  offsetMs: number;
  endMs: number;
  /** Times are counted from the beginning of the conversation. */
  words: TimedWord[];
}

/**
 * Puts chunks one behind the other. A chunk takes as long as its recording, or as its last word where that is later or the
 * length is not known; without either, as its text takes to read. Between two chunks other requests have their turn.
 */
export async function positionChunks(chunks: readonly TranscriptChunk[]): Promise<PositionedChunk[]> {
  let offsetMs = 0;
  const all: PositionedChunk[] = [];
  for (const chunk of chunks) {
    const recognized = readRecognisedWords(chunk.words);
    const durationMs = chunk.durationSeconds === null ? null : Math.round(chunk.durationSeconds * 1_000);
    const words = alignWords(spokenText(chunk), recognized, durationMs);
    const lastMs = Math.max(lastEnd(recognized), lastEnd(words));
    const placed = {
      chunk,
      offsetMs,
      endMs: offsetMs + Math.max(durationMs ?? 0, lastMs),
      words: words.map((word) => moved(word, offsetMs)),
    };
    offsetMs = placed.endMs;
    all.push(placed);
    await nextIteration();
  }
  return all;
}

/** Where two talk at once, the last word need not end last. A loop: a recording may have more words than a call has arguments. */
function lastEnd(words: readonly { endMs: number }[]): number {
  return words.reduce((latest, { endMs }) => Math.max(latest, endMs), 0);
}

function moved(word: TimedWord, offsetMs: number): TimedWord {
  return { ...word, startMs: word.startMs + offsetMs, endMs: word.endMs + offsetMs };
}

/** What was said; the sentence that stands for silence is nothing said. */
export function spokenText(chunk: Pick<TranscriptChunk, 'transcript'>): string {
  const text = chunk.transcript?.trim() ?? '';
  return text === NOTHING_TO_TRANSCRIBE ? '' : text;
}
