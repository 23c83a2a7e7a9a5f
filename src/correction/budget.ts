import { factsOf } from '../providers/language-models/model-catalog.js';

/**
 * Languages range from four characters per token (English) to less than one (scripts the tokenizer
 * hardly supports).
 */
const TOKENS_PER_CHAR = 1;

/**
 * Allowed growth of the corrected text by missed speech; beyond that, a model is repeating itself.
 */
const GROWTH = 4;

/**
 * Minimum for a recording of which the first stage recognized little or nothing: about 40 minutes
 * of speech.
 */
const FLOOR_TEXT_CHARS = 40_000;

/** Tokens for that much speech; most languages need far fewer tokens than characters. */
const FLOOR_TEXT_TOKENS = 8_192;

/** Tokens for braces, field names and the note. */
const WRAPPING_TOKENS = 512;

/** Upper bound of the average characters per token in any written language. */
const MAX_CHARS_PER_TOKEN = 5;

/** Tokens for a summary of 250 words with its JSON, in any script. */
const SUMMARY_TEXT_TOKENS = 4_096;

/** Tokens for the summary of several summaries, which may have 500 words. */
const COMBINED_SUMMARY_TEXT_TOKENS = 2 * SUMMARY_TEXT_TOKENS;

/** Tokens for the instruction of a summary, of some 2,000 letters, its settings and its schema. */
const SUMMARY_INSTRUCTION_TOKENS = 4_096;

/**
 * No tokenizer makes more tokens than a text has bytes in UTF-8, which are up to three for a UTF-16
 * code unit.
 */
const MAX_TOKENS_PER_CHAR = 3;

export interface CorrectionBudget {
  /** At most the model's output limit. Bounds runaway answers; only used tokens are billed. */
  maxOutputTokens: number;
  /** At least 40,000. A longer text is refused. */
  maxTextChars: number;
}

/**
 * Computes the output limits of a correction from the length of the first-stage text.
 *
 * @param options.useFullLimit whether an answer may use the model's whole output limit
 */
export function correctionBudget(
  model: string,
  partialTranscript: string,
  { useFullLimit = false }: { useFullLimit?: boolean } = {},
): CorrectionBudget {
  const chars = partialTranscript.length;
  const textTokens = Math.max(Math.ceil(chars * TOKENS_PER_CHAR * 1.5), FLOOR_TEXT_TOKENS);
  return {
    maxOutputTokens: useFullLimit
      ? factsOf(model).limits.outputTokens
      : withThoughts(model, textTokens + WRAPPING_TOKENS),
    maxTextChars: Math.max(Math.min(chars * GROWTH, longestText(model)), FLOOR_TEXT_CHARS),
  };
}

/** Returns the limits for any recording that fits into a request, which may last hours. */
export function transcriptionBudget(model: string): CorrectionBudget {
  const { outputTokens } = factsOf(model).limits;
  return {
    maxOutputTokens: outputTokens,
    maxTextChars: longestText(model),
  };
}

function longestText(model: string): number {
  return (factsOf(model).limits.outputTokens - WRAPPING_TOKENS) * MAX_CHARS_PER_TOKEN;
}

/**
 * Returns the output limit of a summary, whatever the length of its transcript.
 *
 * @param options.isCombined whether it is made of several summaries
 */
export function summaryMaxOutputTokens(
  model: string,
  { isCombined = false }: { isCombined?: boolean } = {},
): number {
  return withThoughts(model, isCombined ? COMBINED_SUMMARY_TEXT_TOKENS : SUMMARY_TEXT_TOKENS);
}

/**
 * Returns the longest text to summarize that fits into a request to any of the models, whatever its
 * script: in UTF-16 code units.
 */
export function summaryMaxInputChars(models: readonly string[]): number {
  const inputTokens = Math.min(...models.map((model) => factsOf(model).limits.inputTokens));
  return Math.floor((inputTokens - SUMMARY_INSTRUCTION_TOKENS) / MAX_TOKENS_PER_CHAR);
}

/**
 * Adds tokens for thoughts, which count as output: without them, an answer would end before its
 * first letter.
 */
function withThoughts(model: string, answerTokens: number): number {
  const { limits, thinking } = factsOf(model);
  return Math.min(thinking.maxTokens + answerTokens, limits.outputTokens);
}
