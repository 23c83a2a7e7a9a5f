import { describe, expect, it } from 'vitest';
import { generationSettings } from './generation-settings.js';
import { factsOf, type ThinkingLevel } from './model-catalog.js';

describe('the catalog of models', () => {
  it.each([
    ['gemini-3.8-flash', 'gemini-3.8-flash', 'gemini-3'],
    ['models/gemini-3.5-flash-lite', 'gemini-3.5-flash-lite', 'gemini-3'],
    ['gemini-3.5-flash', 'gemini-3.5-flash', 'gemini-3'],
    ['gemini-2.5-pro', 'gemini-2.5-pro', 'gemini-2.5'],
    ['gemini-2.5-pro-001', 'gemini-2.5-pro', 'gemini-2.5'],
    ['gemini-2.5-flash-preview-09-2025', 'gemini-2.5-flash', 'gemini-2.5'],
    ['publishers/google/models/gemini-2.5-flash-lite', 'gemini-2.5-flash-lite', 'gemini-2.5'],
  ])('knows %s', (model, id, family) => {
    expect(factsOf(model)).toMatchObject({ id, family });
  });

  it.each(['gemini-4-flash', 'our-gateway-alias', 'gemini-3.9-pro'])(
    'applies the rules of the newest family to the unknown %s',
    (model) => {
      expect(factsOf(model).family).toBe('gemini-3');
      expect(factsOf(model).id).toBeUndefined();
    },
  );

  it('applies the rules of its family to an unknown model of an older family', () => {
    expect(factsOf('gemini-2.5-ultra').family).toBe('gemini-2.5');
    expect(factsOf('gemini-2.5-ultra').id).toBeUndefined();
  });

  it('has valid dates of prices and ends', () => {
    for (const model of ['gemini-3.8-flash', 'gemini-2.5-pro', 'gemini-2.0-flash', 'gemini-3.1-flash-lite']) {
      const { prices = [], ends } = factsOf(model);
      const days = [...prices.map(({ since }) => since), ends?.gemini?.endsOn, ends?.vertexai?.endsOn];
      for (const day of days.filter((known) => known !== undefined)) {
        expect(new Date(day).toISOString().slice(0, 10)).toBe(day);
      }
    }
  });
});

describe('the settings of a request', () => {
  it.each<[string, ThinkingLevel, object]>([
    ['gemini-3.8-flash', 'low', { thinkingLevel: 'LOW' }],
    ['gemini-3.8-flash', 'minimal', { thinkingLevel: 'LOW' }],
    ['gemini-3.5-flash-lite', 'minimal', { thinkingLevel: 'MINIMAL' }],
    ['gemini-3-pro-preview', 'medium', { thinkingLevel: 'HIGH' }],
    ['gemini-9-flash', 'high', { thinkingLevel: 'HIGH' }],
    ['gemini-2.5-pro', 'low', { temperature: 0.2 }],
    ['gemma-3n-e4b-it', 'high', { temperature: 0.2 }],
  ])('of %s at thinking level %s follow its family', (model, wanted, settings) => {
    expect(generationSettings(factsOf(model), wanted)).toEqual(settings);
  });
});
