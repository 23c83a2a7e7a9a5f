/** A word as the recognizer heard it, with the time that it heard it at, counted from the beginning of its recording. */
export interface RecognisedWord {
  text: string;
  startMs: number;
  endMs: number;
  /** From 0 to 1; null when the provider did not say. */
  confidence: number | null;
  /** A letter that holds within the recording; null when speakers were not told apart. */
  speaker: string | null;
}

/**
 * Reads the `words` of a provider's answer. A provider's answer is data, not a promise: entries that make no sense are left
 * out, and a word that begins before the one before it begins with it.
 */
export function readRecognisedWords(words: unknown): RecognisedWord[] {
  if (!Array.isArray(words)) return [];
  let earliestMs = 0;
  return words.flatMap((entry: unknown) => {
    const word = readWord(entry);
    if (word === undefined) return [];
    const startMs = Math.max(word.startMs, earliestMs);
    earliestMs = startMs;
    return [{ ...word, startMs, endMs: Math.max(word.endMs, startMs) }];
  });
}

function readWord(entry: unknown): RecognisedWord | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { text, start, end, confidence, speaker } = entry as Record<string, unknown>;
  if (typeof text !== 'string' || text.trim() === '' || !isTime(start) || !isTime(end)) return undefined;
  return {
    text: text.trim(),
    startMs: Math.round(start),
    endMs: Math.round(end),
    confidence: typeof confidence === 'number' ? confidence : null,
    speaker: typeof speaker === 'string' && speaker.trim() !== '' ? speaker.trim() : null,
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
