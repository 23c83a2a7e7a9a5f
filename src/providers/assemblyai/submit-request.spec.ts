import { describe, expect, it } from 'vitest';
import { buildSubmitRequest, type SubmitRequestInput } from './submit-request.js';

const request = (changes: Partial<SubmitRequestInput> = {}) =>
  buildSubmitRequest({ audioUrl: 'https://a.example/x.mp3', language: 'nl', hotwords: [], ...changes });

describe('buildSubmitRequest', () => {
  it('contains the audio and the models in order of preference, and no unset options', () => {
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

  it.each(['auto', '', 'klingonese', '??', 'zz', 'xyz'])('allows every language for %p', (language) => {
    expect(request({ language }).language_detection_options).toEqual({ fallback_language: 'auto' });
  });

  it('uses configured languages and models, and adds the fallback to the languages', () => {
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

  it('contains no models when none are configured, so that the account’s default is used', () => {
    expect(request({ speechModels: [] })).not.toHaveProperty('speech_models');
  });

  it.each([
    [
      'an expected one is omitted',
      { language: 'nl', expectedLanguages: ['fr', 'xx'] },
      { expected_languages: ['nl', 'fr'], fallback_language: 'nl' },
    ],
    [
      'a default one is omitted',
      { language: 'nl', refusedLanguages: new Set(['uk', 'pt']) },
      { expected_languages: ['nl', 'en', 'de', 'fr', 'es', 'it'], fallback_language: 'nl' },
    ],
    [
      'the conversation’s own is detected',
      { language: 'xx-YY', expectedLanguages: ['fr', 'xx'] },
      { expected_languages: ['fr'], fallback_language: 'auto' },
    ],
    ['without remaining ones every language is allowed', { language: 'xx' }, { fallback_language: 'auto' }],
    [
      'without remaining expected ones every language is allowed',
      { language: 'auto', expectedLanguages: ['xx'] },
      { fallback_language: 'auto' },
    ],
  ])('sends no refused language: %s', (_what, changes, options) => {
    const made = request({ refusedLanguages: new Set(['xx']), ...changes });
    expect(made.language_detection).toBe(true);
    expect(made.language_detection_options).toEqual(options);
  });

  it('contains hotwords when there are any', () => {
    expect(request({ hotwords: ['Kelly Byrne'] }).keyterms_prompt).toEqual(['Kelly Byrne']);
  });

  it('contains the callback URL and its secret in the webhook strategy', () => {
    expect(request({ webhook: { url: 'https://us.example/hook?submission=1', secret: 's3' } })).toMatchObject(
      {
        webhook_url: 'https://us.example/hook?submission=1',
        webhook_auth_header_name: 'X-AssemblyAI-Webhook-Secret',
        webhook_auth_header_value: 's3',
      },
    );
  });
});
