import { invalidAnswer, readTextFields } from './answer-text.js';
import type { ModelProvider } from '../../providers/language-models/language-model.js';

/**
 * The prompt asks for at most 250 words; ten times as much is a degenerate answer, not a summary.
 */
const MAX_SUMMARY_CHARS = 20_000;

/**
 * Reads the answer to a summary prompt.
 *
 * @returns the summary, storable and trimmed; empty when there was nothing to summarize
 * @throws ProviderUnavailableError `invalid_answer` for any defect, as the next answer may be good
 */
export function parseSummary(answer: string, provider: ModelProvider): { summary: string } {
  const { summary } = readTextFields(provider, answer, ['summary']);
  if (summary.length > MAX_SUMMARY_CHARS) throw invalidAnswer(provider, 'is too long for a summary');
  return { summary };
}
