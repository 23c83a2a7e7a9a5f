import type { EffectSet } from '../faults.js';
import type { ModelRequest } from './model-request.js';

/** The rule of thumb of Google's own documentation; and 32 tokens a second, of 16 kHz 16-bit sound, say. */
const CHARACTERS_PER_TOKEN = 4;
const AUDIO_BYTES_PER_TOKEN = 1000;

export interface ModelAnswer {
  readonly body: Record<string, unknown>;
  readonly finishReason: string | null;
}

const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

/**
 * The GenerateContentResponse of a model that wants to say `text`, or what the faults make of it. A text longer than
 * the request's output limit is cut, as by the real one.
 */
export function modelAnswer(
  request: ModelRequest,
  { text, model, effects }: { text: string; model: string; effects: EffectSet },
): ModelAnswer {
  const effect = effects.find('text', 'empty', 'blocked', 'finish');
  const frame = { modelVersion: model, responseId: 'simulated' };
  switch (effect?.kind) {
    case 'empty':
      return { body: { usageMetadata: usage(request, ''), ...frame }, finishReason: null };
    case 'blocked': {
      const promptFeedback = { blockReason: effect.reason };
      return { body: { promptFeedback, usageMetadata: usage(request, ''), ...frame }, finishReason: null };
    }
    case 'finish':
      return candidate(request, { text: halfOf(text), finishReason: effect.finishReason, frame });
    case 'text':
      return candidate(request, { text: effect.text, finishReason: 'STOP', frame });
    case undefined:
      return candidate(request, { ...limited(text, request.maxOutputTokens), frame });
  }
}

const halfOf = (text: string): string => text.slice(0, Math.floor(text.length / 2));

function limited(text: string, maxTokens: number | null): { text: string; finishReason: string } {
  return maxTokens !== null && tokensOf(text) > maxTokens
    ? { text: text.slice(0, maxTokens * CHARACTERS_PER_TOKEN), finishReason: 'MAX_TOKENS' }
    : { text, finishReason: 'STOP' };
}

function candidate(
  request: ModelRequest,
  { text, finishReason, frame }: { text: string; finishReason: string; frame: Record<string, unknown> },
): ModelAnswer {
  const content = { role: 'model', parts: [{ text }] };
  return {
    body: {
      candidates: [{ content, finishReason, index: 0 }],
      usageMetadata: usage(request, text),
      ...frame,
    },
    finishReason,
  };
}

function usage({ prompt, audioBytes }: ModelRequest, text: string): Record<string, unknown> {
  const textTokens = tokensOf(prompt);
  const audioTokens = Math.ceil(audioBytes / AUDIO_BYTES_PER_TOKEN);
  const answerTokens = tokensOf(text);
  return {
    promptTokenCount: textTokens + audioTokens,
    candidatesTokenCount: answerTokens,
    totalTokenCount: textTokens + audioTokens + answerTokens,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: textTokens },
      ...(audioTokens > 0 ? [{ modality: 'AUDIO', tokenCount: audioTokens }] : []),
    ],
  };
}
