import { describe, expect, it } from 'vitest';
import { expectLanguages, MIN_REMEMBERED_CONFIDENCE, rememberable } from './language-memory.js';

const dutch = { language: 'nl', confidence: 0.9, chunks: 3 };
const english = { language: 'en', confidence: 0.99, chunks: 1 };
const german = { language: 'de', confidence: 0.7, chunks: 1 };

describe('the expected languages of a chunk', () => {
  it('are the configured ones until a language was detected', () => {
    expect(expectLanguages({ language: 'nl', isSet: true, detected: [], configured: ['uk', 'nl'] })).toEqual({
      fallback: 'nl',
      expected: ['uk', 'nl'],
    });
    expect(expectLanguages({ language: 'auto', isSet: true, detected: [] })).toEqual({ fallback: 'auto' });
  });

  it('are then the detected ones, the most frequent first, ties by confidence', () => {
    const { expected } = expectLanguages({
      language: 'auto',
      isSet: true,
      detected: [german, english, dutch],
      configured: ['uk'],
    });
    expect(expected).toEqual(['nl', 'en', 'de']);
  });

  it.each<[string, boolean, string]>([
    ['uk', true, 'uk'],
    ['auto', true, 'auto'],
    ['en', false, 'nl'],
  ])(
    'have the conversation’s language as fallback if somebody chose it: %s (chosen: %j) -> %s',
    (language, isSet, fallback) => {
      expect(expectLanguages({ language, isSet, detected: [dutch] })).toMatchObject({ fallback });
    },
  );
});

describe('a detected language', () => {
  it.each([
    ['en', 'en'],
    ['en_us', 'en'],
    ['pt-BR', 'pt'],
    ['NL', 'nl'],
  ])('%s is remembered as %s', (languageCode, language) => {
    expect(rememberable({ languageCode, languageConfidence: 0.9 })).toEqual({ language, confidence: 0.9 });
  });

  it.each<[string, { languageCode?: string; languageConfidence?: number }]>([
    ['not reported', { languageConfidence: 1 }],
    ['without a confidence', { languageCode: 'nl' }],
    ['of low confidence', { languageCode: 'nl', languageConfidence: MIN_REMEMBERED_CONFIDENCE - 0.01 }],
    ['with a confidence that is not a number', { languageCode: 'nl', languageConfidence: Number.NaN }],
    ['that is not a code', { languageCode: 'Dutch!', languageConfidence: 1 }],
  ])('is not remembered when it is %s', (_what, answer) => {
    expect(rememberable(answer)).toBeUndefined();
  });
});
