/** Text of a recording without words; distinguishes it from a missing text. */
export const NOTHING_TO_TRANSCRIBE = '[Nothing to transcribe]';
