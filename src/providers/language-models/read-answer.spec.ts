import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ProviderError } from '../provider-error.js';
import { readAnswer } from './read-answer.js';

describe('readAnswer', () => {
  it.each(['BLOCK_REASON_UNSPECIFIED', 'BLOCKED_REASON_UNSPECIFIED'])(
    'does not treat %s as a block',
    (blockReason) => {
      const candidates = [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }];
      expect(readAnswer('gemini', { promptFeedback: { blockReason }, candidates }).text).toBe('a');
    },
  );

  it('treats a block without a meaning as transient', () => {
    expect(() => readAnswer('gemini', { promptFeedback: { blockReason: 'OTHER' } })).toThrow(
      expect.objectContaining({ name: 'ProviderUnavailableError', code: 'blocked_without_reason' }),
    );
  });

  it.each(['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII', 'AN_UNKNOWN_REASON'])(
    'treats %s as a refusal of the content',
    (blockReason) => {
      expect(() => readAnswer('gemini', { promptFeedback: { blockReason } })).toThrow(
        expect.objectContaining({ name: 'ProviderRejectedError', code: 'prompt_blocked' }),
      );
    },
  );

  it('reports the tokens first, even of an unusable answer', () => {
    const used: object[] = [];
    expect(() =>
      readAnswer(
        'gemini',
        { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 7 } },
        (usage) => used.push(usage),
      ),
    ).toThrow(ProviderError);
    expect(used).toEqual([{ inputTokens: 7, outputTokens: undefined }]);
  });

  it('does not accept an unfinished text, even when it looks complete', () => {
    const candidates = [{ content: { parts: [{ text: '{"a":"b"}' }] }, finishReason: 'MAX_TOKENS' }];
    expect(() => readAnswer('vertexai', { candidates })).toThrow(ProviderError);
  });

  it('excludes thoughts from the answer', () => {
    const candidates = [{ content: { parts: [{ text: 'hm', thought: true }] }, finishReason: 'STOP' }];
    expect(() => readAnswer('gemini', { candidates })).toThrow(
      expect.objectContaining({ code: 'empty_answer' }),
    );
  });

  it('reads or refuses any answer, with provider errors only', () => {
    const part = fc.oneof(fc.record({ text: fc.anything(), thought: fc.anything() }), fc.anything());
    const content = fc.oneof(fc.record({ parts: fc.oneof(fc.array(part), fc.anything()) }), fc.anything());
    const candidate = fc.record({ content, finishReason: fc.oneof(fc.constant('STOP'), fc.anything()) });
    const response = fc.oneof(
      fc.record({
        candidates: fc.array(candidate),
        usageMetadata: fc.anything(),
        modelVersion: fc.anything(),
      }),
      fc.anything(),
    );
    fc.assert(
      fc.property(response, (given) => {
        let answer;
        try {
          answer = readAnswer('gemini', given);
        } catch (error) {
          expect(error).toBeInstanceOf(ProviderError);
          return;
        }
        expect(answer.text).not.toBe('');
      }),
    );
  });
});
