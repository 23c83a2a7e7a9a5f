import { NOTHING_TO_TRANSCRIBE } from './chunk-changes.js';

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
