import { NOTHING_TO_TRANSCRIBE } from '../../chunks/empty-text.js';

/**
 * Transcript of a conversation without text in which a chunk failed for another reason than
 * silence: it is unknown whether something was said.
 */
export const NOTHING_COULD_BE_TRANSCRIBED = '[Nothing could be transcribed]';

/** Returns the final transcript for a merged text; it distinguishes silence from a failure. */
export function finalTranscript(merged: string, failedChunks: number): string {
  if (merged !== '') return merged;
  return failedChunks === 0 ? NOTHING_TO_TRANSCRIBE : NOTHING_COULD_BE_TRANSCRIBED;
}

/** Joins the texts of chunks in their order, a paragraph each; chunks without words add nothing. */
export function mergeTranscripts(texts: readonly (string | null)[]): string {
  return texts
    .map((text) => text?.trim() ?? '')
    .filter((text) => text !== '' && text !== NOTHING_TO_TRANSCRIBE)
    .join('\n\n');
}
