import { describe, expect, it } from 'vitest';
import { ASSEMBLYAI_LANGUAGES, assemblyAiLanguage, canonicalTag } from './languages.js';

describe('the languages of AssemblyAI', () => {
  it('are 99, each known by its own code', () => {
    expect(ASSEMBLYAI_LANGUAGES).toHaveLength(99);
    for (const code of ASSEMBLYAI_LANGUAGES) expect([code, assemblyAiLanguage(code)]).toEqual([code, code]);
  });

  it.each([
    ['es-419', 'es'],
    ['zh-Hant-TW', 'zh'],
    ['sr-Latn-RS', 'sr'],
    ['EN', 'en'],
    ['en_us', 'en'],
    [' fr ', 'fr'],
    ['iw', 'he'],
    ['in', 'id'],
    ['ji', 'yi'],
    ['nb-NO', 'no'],
    ['nn-NO', 'nn'],
    ['fil-PH', 'tl'],
    ['cmn-Hans-CN', 'zh'],
    ['yue-HK', 'zh'],
    ['jv', 'jw'],
    ['arb', 'ar'],
  ])('map the tag %p to %p', (tag, code) => {
    expect(assemblyAiLanguage(tag)).toBe(code);
  });

  it.each([
    '',
    'zz',
    'xyz',
    'tlh',
    'dutch',
    'auto',
    'constructor',
    'en-',
    'e',
    'en us',
    '??',
    '__proto__',
    'nl,en',
  ])('do not include %p', (tag) => {
    expect(assemblyAiLanguage(tag)).toBeUndefined();
  });

  it('have one canonical spelling each', () => {
    expect(['EN_us', 'ZH-hant-tw', 'iw'].map(canonicalTag)).toEqual(['en-US', 'zh-Hant-TW', 'he']);
  });
});
