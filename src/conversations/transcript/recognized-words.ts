/** A recognized word, with its time from the beginning of its recording. */
export interface RecognizedWord {
  text: string;
  startMs: number;
  endMs: number;
  /** From 0 to 1; null when the provider did not report it. */
  confidence: number | null;
  /** A letter that is valid within the recording; null when speakers were not distinguished. */
  speaker: string | null;
}

/**
 * Reads the `words` of a provider's answer, which is not trusted: invalid entries are left out, and
 * the start of a word is moved to that of the word before it if it is earlier.
 */
export function readRecognizedWords(words: unknown): RecognizedWord[] {
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

function readWord(entry: unknown): RecognizedWord | undefined {
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
