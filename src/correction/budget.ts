/** The most that Gemini 2.5 puts out, thoughts included (https://ai.google.dev/gemini-api/docs/models). */
const MODEL_MAX_OUTPUT_TOKENS = 65_535;

/**
 * Thoughts count as output, and Gemini 2.5 Pro may think for up to 32,768 tokens
 * (https://ai.google.dev/gemini-api/docs/thinking). With a smaller budget an answer ends at MAX_TOKENS in the middle of its
 * JSON, or before its first letter.
 */
const THINKING_TOKENS = 32_768;

/** Written languages run from four characters a token (English) to less than one (scripts the tokeniser hardly knows). */
const TOKENS_PER_CHAR = 1;

/** The corrected text may grow: missed speech is added. Beyond that it is a model repeating itself. */
const GROWTH = 4;

/** Room for a recording of which the first stage understood little or nothing: about 40 minutes of speech. */
const FLOOR_TEXT_CHARS = 40_000;

/** Token room for such speech; most languages need far fewer tokens than characters. */
const FLOOR_TEXT_TOKENS = 8_192;

/** Braces, names of fields, and the note. */
const WRAPPING_TOKENS = 512;

/** A summary of 250 words with its wrapping, in any script. */
const SUMMARY_TEXT_TOKENS = 4_096;

export interface CorrectionBudget {
  /** 41,472 to 65,535. A limit against answers without end; only what is used is billed. */
  maxOutputTokens: number;
  /** At least 40,000. A longer text is not believed. */
  maxTextChars: number;
}

/** How much a correction may put out, from the length of what the first stage understood. */
export function correctionBudget(partialTranscript: string): CorrectionBudget {
  const chars = partialTranscript.length;
  const textTokens = Math.max(Math.ceil(chars * TOKENS_PER_CHAR * 1.5), FLOOR_TEXT_TOKENS);
  return {
    maxOutputTokens: Math.min(THINKING_TOKENS + textTokens + WRAPPING_TOKENS, MODEL_MAX_OUTPUT_TOKENS),
    maxTextChars: Math.max(chars * GROWTH, FLOOR_TEXT_CHARS),
  };
}

/** Room for any recording that fits a request: hours of it, in the worst case. */
export const TRANSCRIPTION_BUDGET: CorrectionBudget = {
  maxOutputTokens: MODEL_MAX_OUTPUT_TOKENS,
  maxTextChars: (MODEL_MAX_OUTPUT_TOKENS - WRAPPING_TOKENS) * 5,
};

/** The same for a summary, whatever the length of its transcript. */
export const SUMMARY_MAX_OUTPUT_TOKENS = THINKING_TOKENS + SUMMARY_TEXT_TOKENS;
