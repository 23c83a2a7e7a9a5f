import { codeWord, isRecord } from './google-error.js';
import type { ModelAnswer, ModelProvider } from './language-model.js';
import { blocked, unusableAnswer } from './model-failure.js';

/**
 * Reasons to stop that judge the content: the same request meets them again. Everything else that is not STOP (OTHER,
 * MAX_TOKENS, a reason invented after this was written) may go better the next time.
 * https://ai.google.dev/api/generate-content#FinishReason
 */
const CONTENT_REFUSALS = new Set([
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MODEL_ARMOR',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]);

/** "No reason", as the Gemini API and Vertex AI spell it. */
const UNSPECIFIED_BLOCK = new Set(['BLOCK_REASON_UNSPECIFIED', 'BLOCKED_REASON_UNSPECIFIED']);

/**
 * Reads a generateContent answer, of either SDK or of none: nothing in it is taken for granted.
 *
 * @throws ProviderRejectedError when the prompt or the answer was blocked
 * @throws ProviderUnavailableError when there is no finished text: no candidate, no STOP, no text part
 */
export function readAnswer(provider: ModelProvider, response: unknown): ModelAnswer {
  const body = isRecord(response) ? response : {};
  const blockReason = isRecord(body.promptFeedback) ? body.promptFeedback.blockReason : undefined;
  if (typeof blockReason === 'string' && !UNSPECIFIED_BLOCK.has(blockReason)) {
    throw blocked(provider, 'prompt_blocked', codeWord(blockReason) ?? 'no reason given');
  }

  const candidate: unknown = Array.isArray(body.candidates) ? body.candidates[0] : undefined;
  if (!isRecord(candidate)) throw unusableAnswer(provider, 'no_candidates', 'sent an answer without content');
  requireStop(provider, candidate.finishReason);

  const text = joinText(candidate.content);
  if (text === '') throw unusableAnswer(provider, 'empty_answer', 'finished without a text');
  return {
    text,
    modelVersion: typeof body.modelVersion === 'string' ? body.modelVersion : undefined,
    usage: readUsage(body.usageMetadata),
  };
}

function requireStop(provider: ModelProvider, finishReason: unknown): void {
  if (finishReason === 'STOP') return;
  const reason = codeWord(finishReason) ?? 'no reason given';
  if (CONTENT_REFUSALS.has(reason)) throw blocked(provider, 'answer_blocked', reason);
  if (reason === 'MAX_TOKENS') {
    throw unusableAnswer(provider, 'truncated', 'ran out of output tokens before its answer was complete');
  }
  throw unusableAnswer(provider, 'unfinished', `did not finish its answer (${reason})`);
}

/** A long answer may come in several parts; a part marked as thought is the model talking to itself. */
function joinText(content: unknown): string {
  const parts: unknown[] = isRecord(content) && Array.isArray(content.parts) ? content.parts : [];
  return parts
    .filter(isRecord)
    .filter((part) => part.thought !== true)
    .map((part) => (typeof part.text === 'string' ? part.text : ''))
    .join('');
}

function readUsage(usage: unknown): ModelAnswer['usage'] {
  if (!isRecord(usage)) return {};
  const answerTokens = count(usage.candidatesTokenCount);
  const thoughtTokens = count(usage.thoughtsTokenCount);
  const known = answerTokens !== undefined || thoughtTokens !== undefined;
  return {
    inputTokens: count(usage.promptTokenCount),
    outputTokens: known ? (answerTokens ?? 0) + (thoughtTokens ?? 0) : undefined,
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
