import { alignWords, recognizedText, type TimedWord } from '../align-words.js';
import { readRecognizedWords } from '../recognized-words.js';
import { moved, spokenText, type PositionedChunk } from '../timeline.js';
import { traceOrigins, type TracedWords } from './trace-origins.js';

/** Numbers of words in a conversation, and of those that differ from what was heard. */
export interface ChangeStats {
  words: number;
  /** Words that replaced others. */
  changed: number;
  /** Words that replaced nothing. */
  added: number;
  /** Heard or corrected words that nothing replaced. */
  removed: number;
}

/** Traces the words of a chunk to its earlier texts. */
export function traceChunk({ chunk, words, offsetMs }: PositionedChunk): TracedWords {
  const { heardText = null, isAnonymized = false, machineText = null } = chunk.sources ?? {};
  const durationMs = chunk.durationSeconds === null ? null : Math.round(chunk.durationSeconds * 1_000);
  const recognized = readRecognizedWords(chunk.words);
  const timed = (text: string): TimedWord[] =>
    alignWords(spokenText({ transcript: text }), recognized, durationMs).map((word) => moved(word, offsetMs));

  const machine = machineText === null ? null : timed(machineText);
  if (recognized.length > 0) {
    const heard = recognizedText(recognized).map((word) => moved(word, offsetMs));
    return traceOrigins({ heard, machine, words });
  }
  if (heardText !== null) return traceOrigins({ heard: timed(heardText), machine, words });
  // A model that transcribed the recording itself: its text is what was heard.
  return traceOrigins({ heard: isAnonymized ? null : (machine ?? words), machine, words });
}

export function statsOf(traced: readonly TracedWords[]): ChangeStats {
  const stats = { words: 0, changed: 0, added: 0, removed: 0 };
  for (const { origins, changes } of traced) {
    stats.words += origins.length;
    for (const { heard, words, heardWords } of changes) {
      if (words === 0) stats.removed += heardWords;
      else if (heard === '') stats.added += words;
      else stats.changed += words;
    }
  }
  return stats;
}
