import { describe, expect, it } from '@jest/globals';
import { expectLanguages, MIN_REMEMBERED_CONFIDENCE, rememberable } from './language-memory.js';

const dutch = { language: 'nl', confidence: 0.9, chunks: 3 };
const english = { language: 'en', confidence: 0.99, chunks: 1 };
const german = { language: 'de', confidence: 0.7, chunks: 1 };

describe('the languages that are expected of a chunk', () => {
  it('are those that are configured, until something was heard', () => {
    expect(expectLanguages({ language: 'nl', isSet: true, heard: [], configured: ['uk', 'nl'] })).toEqual({
      fallback: 'nl',
      expected: ['uk', 'nl'],
    });
    expect(expectLanguages({ language: 'auto', isSet: true, heard: [] })).toEqual({ fallback: 'auto' });
  });

  it('are then those that were heard, the most frequent first, the surest of equals before the others', () => {
    const { expected } = expectLanguages({
      language: 'auto',
      isSet: true,
      heard: [german, english, dutch],
      configured: ['uk'],
    });
    expect(expected).toEqual(['nl', 'en', 'de']);
  });

  it.each<[string, boolean, string]>([
    ['uk', true, 'uk'],
    ['auto', true, 'auto'],
    ['en', false, 'nl'],
  ])(
    'fall back to the conversation’s own when somebody chose it: %s (chosen: %j) -> %s',
    (language, isSet, fallback) => {
      expect(expectLanguages({ language, isSet, heard: [dutch] })).toMatchObject({ fallback });
    },
  );
});

describe('a language is remembered', () => {
  it.each([
    ['en', 'en'],
    ['en_us', 'en'],
    ['pt-BR', 'pt'],
    ['NL', 'nl'],
  ])('%s as %s', (languageCode, language) => {
    expect(rememberable({ languageCode, languageConfidence: 0.9 })).toEqual({ language, confidence: 0.9 });
  });

  it.each<[string, { languageCode?: string; languageConfidence?: number }]>([
    ['that is not told', { languageConfidence: 1 }],
    ['without a confidence', { languageCode: 'nl' }],
    ['of little confidence', { languageCode: 'nl', languageConfidence: MIN_REMEMBERED_CONFIDENCE - 0.01 }],
    ['of no number', { languageCode: 'nl', languageConfidence: Number.NaN }],
    ['that is no code', { languageCode: 'Dutch!', languageConfidence: 1 }],
  ])('but not one %s', (_what, answer) => {
    expect(rememberable(answer)).toBeUndefined();
  });
});
