/**
 * Low, since a correction copies far more than it writes; not zero, at which Gemini tends to fall into repeating the same
 * sentence in long answers.
 */
export const TEMPERATURE = 0.2;
