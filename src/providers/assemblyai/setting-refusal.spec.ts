import { describe, expect, it } from 'vitest';
import {
  languagesSentIn,
  offeredModels,
  refusedLanguages,
  refusedModels,
  settingsNamedIn,
} from './setting-refusal.js';
import { buildSubmitRequest } from './submit-request.js';

const DEPRECATED =
  'The "universal-3-pro" speech model(s) have been deprecated. Use speech_models: ["universal-3-5-pro", "universal-2"] instead.';
const ONE_OF = '"speech_models" must be a non-empty list containing one or more of: "universal-2", "best"';

describe('settingsNamedIn', () => {
  it.each([
    [DEPRECATED, ['speech_models']],
    [ONE_OF, ['speech_models']],
    ['The following speech model(s) are not available for this account: universal-9', ['speech_models']],
    ['The following models are not available in this language: universal-9', ['speech_models']],
    ['Unknown speech model "universal-9"', ['speech_models']],
    ['Model universal-9 is unknown', ['speech_models']],
    ['Invalid language code in "expected_languages": xx', ['languages']],
    ['Invalid language code in "fallback_language": xx', ['languages']],
    ['"xx" is not a supported language_code', ['languages']],
    ['Language codes must be lower case', ['languages']],
    ['The speech model universal-9 does not take the language code xx', ['languages', 'speech_models']],
    ['"keyterms_prompt" may have at most 200 phrases', ['keyterms_prompt']],
    [
      'The following models are not available in this language: speaker_labels',
      ['speaker_labels', 'speech_models'],
    ],
  ])('reads %j as a refusal of %j', (reason, settings) => {
    expect(settingsNamedIn(reason)).toEqual(settings);
  });

  it.each([
    '',
    'The audio_url is of no known kind',
    'Invalid endpoint schema, please refer to documentation for examples.',
    'Your current account balance is negative. Please top up to continue using the API.',
    '"webhook_url" must start with http(s)',
  ])('finds no setting in %j', (reason) => {
    expect(settingsNamedIn(reason)).toEqual([]);
  });
});

describe('refusedModels', () => {
  it.each([
    ['the one that is named', DEPRECATED, ['universal-3-pro', 'universal-2'], ['universal-3-pro']],
    [
      'none that is only offered as an alternative',
      DEPRECATED,
      ['universal-2', 'universal-3-pro'],
      ['universal-3-pro'],
    ],
    [
      'all that are named',
      'The following speech model(s) are not available: a-1, b-2',
      ['a-1', 'b-2', 'c'],
      ['a-1', 'b-2'],
    ],
    [
      'no model whose name is part of another one',
      'Unknown speech model: universal-3-pro',
      ['universal', 'universal-3-pro'],
      ['universal-3-pro'],
    ],
    [
      'those missing from a complete list',
      ONE_OF,
      ['universal-9', 'universal-2', 'nano'],
      ['universal-9', 'nano'],
    ],
    ['the first, when none is named', 'This speech model is deprecated.', ['a-1', 'b-2'], ['a-1']],
    [
      'the first, when only others are named',
      'Speech model deprecated. Use universal-2 instead.',
      ['a-1', 'universal-2'],
      ['a-1'],
    ],
  ])('are %s', (_which, reason, sent, refused) => {
    expect(refusedModels(reason, sent)).toEqual(refused);
  });

  it.each(['', DEPRECATED, ONE_OF, 'anything'])(
    'are never empty, so that the next request differs: %j',
    (reason) => {
      expect(refusedModels(reason, ['universal-2', 'best'])).not.toEqual([]);
    },
  );
});

describe('offeredModels', () => {
  it('returns the models that the message offers', () => {
    expect(offeredModels(ONE_OF)).toEqual(['universal-2', 'best']);
    expect(offeredModels(DEPRECATED)).toEqual(['universal-3-5-pro', 'universal-2']);
    expect(offeredModels('Something about speech models')).toEqual([]);
  });
});

describe('refusedLanguages', () => {
  it.each([
    ['Invalid language code in "expected_languages": xx', ['en', 'xx'], ['xx']],
    ['Invalid language code in "expected_languages": xx, yy.', ['xx', 'en', 'yy'], ['xx', 'yy']],
    ['"xx" is not a valid language code', ['en', 'xx'], ['xx']],
    ["Language codes ['xx', 'yy'] are not supported", ['xx', 'yy', 'en'], ['xx', 'yy']],
    ['Invalid language code: xx. It must be one of: en, de', ['en', 'de', 'xx'], ['xx']],
    ['The language code in it is no good', ['in', 'it', 'is', 'no'], []],
    ['Invalid language code in "expected_languages"', ['en', 'in'], []],
  ])('in %j, of %j, are %j', (reason, sent, refused) => {
    expect(refusedLanguages(reason, sent)).toEqual(refused);
  });
});

describe('languagesSentIn', () => {
  const sentFor = (language: string, expectedLanguages?: string[]) =>
    languagesSentIn(
      buildSubmitRequest({ audioUrl: 'https://a.example/x', language, expectedLanguages, hotwords: [] }),
    );

  it('returns the expected languages and the fallback, each once', () => {
    expect(sentFor('nl', ['fr', 'nl'])).toEqual(['nl', 'fr']);
    expect(sentFor('auto', ['fr'])).toEqual(['fr']);
    expect(sentFor('auto')).toEqual([]);
  });
});
