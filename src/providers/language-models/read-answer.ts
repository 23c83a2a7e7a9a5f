import { isRecord } from '../../json/is-record.js';
import { codeWord } from './google-error.js';
import type { ModelAnswer, ModelProvider, ModelUsage, UsageListener } from './language-model.js';
import { blocked, unusableAnswer } from './model-failure.js';

/**
 * Finish reasons that concern the content: the same request meets them again. Any other reason
 * except STOP (OTHER, MAX_TOKENS, one that is newer than this code) may not occur the next time.
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

/** "No reason" in the spelling of the Gemini API and of Vertex AI. */
const UNSPECIFIED_BLOCK = new Set(['BLOCK_REASON_UNSPECIFIED', 'BLOCKED_REASON_UNSPECIFIED']);
/**
 * A block without a documented meaning, which appears and disappears for the same request
 * (https://github.com/googleapis/python-genai/issues/1289).
 */
const TRANSIENT_BLOCK = 'OTHER';

/**
 * Reads a generateContent answer, of any SDK or none: nothing in it is trusted.
 *
 * @param onUsage receives the token usage first, even of an unusable answer
 * @throws ProviderRejectedError when the content of the prompt or of the answer was refused
 * @throws ProviderUnavailableError when there is no finished text: no candidate, no STOP, no text
 *   part, or a block that does not concern the content
 */
export function readAnswer(provider: ModelProvider, response: unknown, onUsage?: UsageListener): ModelAnswer {
  const body = isRecord(response) ? response : {};
  const usage = readUsage(body.usageMetadata);
  onUsage?.(usage);
  requireNoBlock(provider, body.promptFeedback);

  const candidate: unknown = Array.isArray(body.candidates) ? body.candidates[0] : undefined;
  if (!isRecord(candidate)) throw unusableAnswer(provider, 'no_candidates', 'sent an answer without content');
  requireStop(provider, candidate.finishReason);

  const text = joinText(candidate.content);
  if (text === '') throw unusableAnswer(provider, 'empty_answer', 'finished without a text');
  return {
    text,
    modelVersion: typeof body.modelVersion === 'string' ? body.modelVersion : undefined,
    usage,
  };
}

function requireNoBlock(provider: ModelProvider, promptFeedback: unknown): void {
  const reason = isRecord(promptFeedback) ? promptFeedback.blockReason : undefined;
  if (typeof reason !== 'string' || UNSPECIFIED_BLOCK.has(reason)) return;
  if (reason === TRANSIENT_BLOCK) {
    throw unusableAnswer(provider, 'blocked_without_reason', 'blocked the request without a reason (OTHER)');
  }
  throw blocked(provider, 'prompt_blocked', codeWord(reason) ?? 'no reason given');
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

/** Joins the parts of a long answer; a part marked as thought is not part of the text. */
function joinText(content: unknown): string {
  const parts: unknown[] = isRecord(content) && Array.isArray(content.parts) ? content.parts : [];
  return parts
    .filter(isRecord)
    .filter((part) => part.thought !== true)
    .map((part) => (typeof part.text === 'string' ? part.text : ''))
    .join('');
}

function readUsage(usage: unknown): ModelUsage {
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
