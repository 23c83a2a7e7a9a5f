import { invalidAnswer, readTextFields } from './answer-text.js';
import { oneLine } from '../prompts/fence.js';
import type { ModelProvider } from '../../providers/language-models/language-model.js';

/** The prompt asks for 200 characters. A longer note is cut, not refused, as it is only a tip. */
const MAX_NOTE_CHARS = 300;

export interface Correction {
  /** Storable and trimmed; empty when the model found no speech. */
  correctedTranscript: string;
  /** One line, 0 to 300 characters. */
  note: string;
}

/**
 * Reads the answer to a correction prompt.
 *
 * @param answer the model's text; a JSON object, also inside a Markdown code block
 * @param options.maxTextChars longest accepted transcript; see `correctionBudget`
 * @throws ProviderUnavailableError `invalid_answer` for any defect, as the next answer may be good
 */
export function parseCorrection(
  answer: string,
  options: { provider: ModelProvider; maxTextChars: number },
): Correction {
  const { provider, maxTextChars } = options;
  const fields = readTextFields(provider, answer, ['corrected_transcript', 'note']);
  const correctedTranscript = fields.corrected_transcript;
  if (correctedTranscript.length > maxTextChars) {
    throw invalidAnswer(provider, 'is far longer than the recording can explain');
  }
  return { correctedTranscript, note: clip(oneLine(fields.note), MAX_NOTE_CHARS) };
}

function clip(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  // Not in the middle of a surrogate pair.
  return `${text.slice(0, maxChars - 1).replace(/\p{Cs}$/u, '')}…`;
}
