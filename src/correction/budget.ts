import { factsOf } from '../providers/language-models/model-catalogue.js';

/** Written languages run from four characters a token (English) to less than one (scripts the tokenizer hardly knows). */
const TOKENS_PER_CHAR = 1;

/** The corrected text may grow: missed speech is added. Beyond that it is a model repeating itself. */
const GROWTH = 4;

/** Room for a recording of which the first stage understood little or nothing: about 40 minutes of speech. */
const FLOOR_TEXT_CHARS = 40_000;

/** Token room for such speech; most languages need far fewer tokens than characters. */
const FLOOR_TEXT_TOKENS = 8_192;

/** Braces, names of fields, and the note. */
const WRAPPING_TOKENS = 512;

/** More letters than a token stands for, on average, in any written language. */
const MAX_CHARS_PER_TOKEN = 5;

/** A summary of 250 words with its wrapping, in any script. */
const SUMMARY_TEXT_TOKENS = 4_096;

export interface CorrectionBudget {
  /** At most what the model puts out. A limit against answers without end; only what is used is billed. */
  maxOutputTokens: number;
  /** At least 40,000. A longer text is not believed. */
  maxTextChars: number;
}

/**
 * How much a correction may put out, from the length of what the first stage understood.
 *
 * @param options.allRoom whether an answer may take all that the model puts out
 */
export function correctionBudget(
  model: string,
  partialTranscript: string,
  { allRoom = false }: { allRoom?: boolean } = {},
): CorrectionBudget {
  const chars = partialTranscript.length;
  const textTokens = Math.max(Math.ceil(chars * TOKENS_PER_CHAR * 1.5), FLOOR_TEXT_TOKENS);
  return {
    maxOutputTokens: allRoom
      ? factsOf(model).limits.outputTokens
      : withThoughts(model, textTokens + WRAPPING_TOKENS),
    maxTextChars: Math.max(Math.min(chars * GROWTH, longestText(model)), FLOOR_TEXT_CHARS),
  };
}

/** Room for any recording that fits a request: hours of it, in the worst case. */
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

/** The same for a summary, whatever the length of its transcript. */
export function summaryMaxOutputTokens(model: string): number {
  return withThoughts(model, SUMMARY_TEXT_TOKENS);
}

/** Thoughts count as output: an answer without room for them ends before its first letter. */
function withThoughts(model: string, answerTokens: number): number {
  const { limits, thinking } = factsOf(model);
  return Math.min(thinking.maxTokens + answerTokens, limits.outputTokens);
}
