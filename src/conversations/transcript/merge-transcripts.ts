import { NOTHING_TO_TRANSCRIBE } from '../../chunks/empty-text.js';

/**
 * Stands for a conversation without any text in which a chunk failed, for another reason than silence: nobody knows
 * whether something was said.
 */
export const NOTHING_COULD_BE_TRANSCRIBED = '[Nothing could be transcribed]';

/** The final transcript of a conversation whose merged text is this one: silence is told apart from a failure. */
export function finalTranscript(merged: string, failedChunks: number): string {
  if (merged !== '') return merged;
  return failedChunks === 0 ? NOTHING_TO_TRANSCRIBE : NOTHING_COULD_BE_TRANSCRIBED;
}

/**
 * The transcript of a conversation: the texts of its chunks in their order, a paragraph each. Chunks without words add
 * nothing.
 */
export function mergeTranscripts(texts: readonly (string | null)[]): string {
  return texts
    .map((text) => text?.trim() ?? '')
    .filter((text) => text !== '' && text !== NOTHING_TO_TRANSCRIBE)
    .join('\n\n');
}
