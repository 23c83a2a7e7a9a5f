/** A text without a word in it is told apart from no text at all. */
export const NOTHING_TO_TRANSCRIBE = '[Nothing to transcribe]';
