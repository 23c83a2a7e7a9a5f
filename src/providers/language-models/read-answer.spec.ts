import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProviderError } from '../provider-error.js';
import { readAnswer } from './read-answer.js';

describe('readAnswer', () => {
  it.each(['BLOCK_REASON_UNSPECIFIED', 'BLOCKED_REASON_UNSPECIFIED'])(
    'takes %s for no block',
    (blockReason) => {
      const candidates = [{ content: { parts: [{ text: 'a' }] }, finishReason: 'STOP' }];
      expect(readAnswer('gemini', { promptFeedback: { blockReason }, candidates }).text).toBe('a');
    },
  );

  it('takes a block without a meaning for one that may pass', () => {
    expect(() => readAnswer('gemini', { promptFeedback: { blockReason: 'OTHER' } })).toThrow(
      expect.objectContaining({ name: 'ProviderUnavailableError', code: 'blocked_without_reason' }),
    );
  });

  it.each(['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII', 'A_REASON_OF_TOMORROW'])(
    'takes %s for a refusal of the content',
    (blockReason) => {
      expect(() => readAnswer('gemini', { promptFeedback: { blockReason } })).toThrow(
        expect.objectContaining({ name: 'ProviderRejectedError', code: 'prompt_blocked' }),
      );
    },
  );

  it('tells the tokens first, whatever becomes of the answer', () => {
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

  it('does not read a text that was not finished, even when it looks complete', () => {
    const candidates = [{ content: { parts: [{ text: '{"a":"b"}' }] }, finishReason: 'MAX_TOKENS' }];
    expect(() => readAnswer('vertexai', { candidates })).toThrow(ProviderError);
  });

  it('does not take thoughts for the answer', () => {
    const candidates = [{ content: { parts: [{ text: 'hm', thought: true }] }, finishReason: 'STOP' }];
    expect(() => readAnswer('gemini', { candidates })).toThrow(
      expect.objectContaining({ code: 'empty_answer' }),
    );
  });

  it('reads or refuses any answer at all, with errors of ours only', () => {
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
