import type { EffectSet } from '../faults.js';
import type { KnownModel } from './known-models.js';
import type { ModelRequest } from './model-request.js';
import { thoughtTokens } from './thinking.js';
import { CHARACTERS_PER_TOKEN, inputTokens, tokensOf } from './tokens.js';

export interface ModelAnswer {
  readonly body: Record<string, unknown>;
  readonly finishReason: string | null;
}

interface AnswerText {
  readonly text: string;
  readonly finishReason: string;
  readonly thoughts: number;
}

/**
 * Builds the GenerateContentResponse of a model that answers `text`, as modified by the faults. As
 * with the real service, a text longer than the request's output limit is cut, and thoughts count
 * against that limit.
 */
export function modelAnswer(
  request: ModelRequest,
  { text, model, effects }: { text: string; model: KnownModel; effects: EffectSet },
): ModelAnswer {
  const effect = effects.find('text', 'empty', 'blocked', 'finish');
  const frame = { modelVersion: model.id, responseId: 'simulated' };
  const limit = request.maxOutputTokens ?? model.maxOutputTokens;
  const thoughts = Math.min(thoughtTokens(model, request), limit);
  const candidate = (answer: AnswerText): ModelAnswer => ({
    body: {
      candidates: [{ content: contentOf(answer), finishReason: answer.finishReason, index: 0 }],
      usageMetadata: usage(request, answer),
      ...frame,
    },
    finishReason: answer.finishReason,
  });
  switch (effect?.kind) {
    case 'empty':
      return { body: { usageMetadata: usage(request), ...frame }, finishReason: null };
    case 'blocked': {
      const promptFeedback = { blockReason: effect.reason };
      return { body: { promptFeedback, usageMetadata: usage(request), ...frame }, finishReason: null };
    }
    case 'finish':
      return candidate({ text: halfOf(text), finishReason: effect.finishReason, thoughts });
    case 'text':
      return candidate({ text: effect.text, finishReason: 'STOP', thoughts });
    case undefined:
      return candidate({ ...limited(text, limit - thoughts), thoughts });
  }
}

const halfOf = (text: string): string => text.slice(0, Math.floor(text.length / 2));

function limited(text: string, maxTokens: number): { text: string; finishReason: string } {
  return tokensOf(text) > maxTokens
    ? { text: text.slice(0, maxTokens * CHARACTERS_PER_TOKEN), finishReason: 'MAX_TOKENS' }
    : { text, finishReason: 'STOP' };
}

/** A model that spent its whole limit on thoughts returns a role but no parts. */
const contentOf = ({ text, finishReason }: AnswerText): object =>
  text === '' && finishReason === 'MAX_TOKENS' ? { role: 'model' } : { role: 'model', parts: [{ text }] };

function usage(
  request: ModelRequest,
  { text, thoughts }: Pick<AnswerText, 'text' | 'thoughts'> = { text: '', thoughts: 0 },
): Record<string, unknown> {
  const { textTokens, audioTokens } = inputTokens(request);
  const answerTokens = tokensOf(text);
  return {
    promptTokenCount: textTokens + audioTokens,
    candidatesTokenCount: answerTokens,
    // Like any zero count, it is omitted without thoughts.
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
    totalTokenCount: textTokens + audioTokens + answerTokens + thoughts,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: textTokens },
      ...(audioTokens > 0 ? [{ modality: 'AUDIO', tokenCount: audioTokens }] : []),
    ],
  };
}
