import { describe, expect, it } from '@jest/globals';
import { buildSubmitRequest, type SubmitRequestInput } from './submit-request.js';

const request = (changes: Partial<SubmitRequestInput> = {}) =>
  buildSubmitRequest({ audioUrl: 'https://a.example/x.mp3', language: 'nl', hotwords: [], ...changes });

describe('buildSubmitRequest', () => {
  it('names the audio and the models in order of preference, and nothing that was not asked for', () => {
    expect(request()).toEqual({
      audio_url: 'https://a.example/x.mp3',
      speech_models: ['assemblyai-stt-3-7', 'universal-2'],
      language_detection: true,
      language_detection_options: {
        expected_languages: ['nl', 'en', 'de', 'fr', 'es', 'it', 'pt', 'uk'],
        fallback_language: 'nl',
      },
    });
  });

  it.each(['en', 'nl', 'ja', 'en-GB', 'EN_us', ' fr '])(
    'falls back to the two letters of %p, which are always among the expected languages',
    (language) => {
      const options = request({ language }).language_detection_options;
      expect(options?.fallback_language).toBe(language.trim().slice(0, 2).toLowerCase());
      expect(options?.expected_languages).toContain(options?.fallback_language);
      expect(new Set(options?.expected_languages).size).toBe(options?.expected_languages?.length);
    },
  );

  it.each([
    ['iw', 'he'],
    ['nb-NO', 'no'],
    ['cmn-Hans-CN', 'zh'],
  ])('falls back to AssemblyAI’s own code for %p', (language, code) => {
    const options = request({ language }).language_detection_options;
    expect(options?.fallback_language).toBe(code);
    expect(options?.expected_languages).toContain(code);
    expect(options?.expected_languages).not.toContain(language);
  });

  it.each(['auto', '', 'klingonese', '??', 'zz', 'xyz'])('leaves every language open for %p', (language) => {
    expect(request({ language }).language_detection_options).toEqual({ fallback_language: 'auto' });
  });

  it('takes other expected languages and models, and still makes the fallback one of them', () => {
    const made = request({ expectedLanguages: ['fr'], speechModels: ['universal-2'] });
    expect(made.speech_models).toEqual(['universal-2']);
    expect(made.language_detection_options).toEqual({
      expected_languages: ['nl', 'fr'],
      fallback_language: 'nl',
    });
    expect(request({ language: 'auto', expectedLanguages: ['fr'] }).language_detection_options).toEqual({
      expected_languages: ['fr'],
      fallback_language: 'auto',
    });
  });

  it('names no models when there are none, so that the account’s default is used', () => {
    expect(request({ speechModels: [] })).not.toHaveProperty('speech_models');
  });

  it.each([
    [
      'an expected one is left out',
      { language: 'nl', expectedLanguages: ['fr', 'xx'] },
      { expected_languages: ['nl', 'fr'], fallback_language: 'nl' },
    ],
    [
      'a usual one is left out',
      { language: 'nl', refusedLanguages: new Set(['uk', 'pt']) },
      { expected_languages: ['nl', 'en', 'de', 'fr', 'es', 'it'], fallback_language: 'nl' },
    ],
    [
      'the conversation’s own is detected',
      { language: 'xx-YY', expectedLanguages: ['fr', 'xx'] },
      { expected_languages: ['fr'], fallback_language: 'auto' },
    ],
    ['the only ones leave every language open', { language: 'xx' }, { fallback_language: 'auto' }],
    [
      'all that are expected leave every language open',
      { language: 'auto', expectedLanguages: ['xx'] },
      { fallback_language: 'auto' },
    ],
  ])('sends no refused language: %s', (_what, changes, options) => {
    const made = request({ refusedLanguages: new Set(['xx']), ...changes });
    expect(made.language_detection).toBe(true);
    expect(made.language_detection_options).toEqual(options);
  });

  it('sends hot words when there are any', () => {
    expect(request({ hotwords: ['Kelly Byrne'] }).keyterms_prompt).toEqual(['Kelly Byrne']);
  });

  it('names the callback and its secret in the webhook strategy', () => {
    expect(request({ webhook: { url: 'https://us.example/hook?submission=1', secret: 's3' } })).toMatchObject(
      {
        webhook_url: 'https://us.example/hook?submission=1',
        webhook_auth_header_name: 'X-AssemblyAI-Webhook-Secret',
        webhook_auth_header_value: 's3',
      },
    );
  });
});
