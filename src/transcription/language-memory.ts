import type { HeardLanguage } from '../chunks/texts.js';

/**
 * Detection of a short chunk is a guess: it wants 15 seconds of speech
 * (https://www.assemblyai.com/docs/pre-recorded-audio/automatic-language-detection). A guess below this is not remembered: one
 * wrong language would be expected in all chunks that follow.
 */
export const MIN_REMEMBERED_CONFIDENCE = 0.6;

/** What a recording may be in, and what it is taken for when that cannot be told. */
export interface LanguageExpectation {
  /** A code, or `auto`. */
  fallback: string;
  /** Undefined: the provider's client decides. */
  expected?: readonly string[];
}

/**
 * What to expect of the next chunk. Until the conversation has shown its languages, what is configured; then those, and the
 * conversation's own: a choice among two or three is right also where a choice among many is a guess.
 *
 * @param options.language the conversation's: a code, or `auto`
 * @param options.isSet whether somebody chose it; one that nobody chose gives way to what was heard most
 * @param options.configured EXPECTED_LANGUAGES
 */
export function expectLanguages(options: {
  language: string;
  isSet: boolean;
  heard: readonly HeardLanguage[];
  configured?: readonly string[];
}): LanguageExpectation {
  const { language, isSet, configured } = options;
  const heard = [...options.heard].sort(
    (one, other) => other.chunks - one.chunks || other.confidence - one.confidence,
  );
  const [most] = heard;
  if (most === undefined) return { fallback: language, ...(configured && { expected: configured }) };
  return {
    fallback: isSet ? language : most.language,
    expected: heard.map((entry) => entry.language),
  };
}

/**
 * What is worth remembering of an answer.
 *
 * @param answer.languageCode as the provider writes it, such as `en` or `en_us`
 * @returns undefined when it does not say, or is not sure
 */
export function rememberable(answer: {
  languageCode?: string;
  languageConfidence?: number;
}): Pick<HeardLanguage, 'language' | 'confidence'> | undefined {
  const { languageCode = '', languageConfidence: confidence = 0 } = answer;
  const [language = ''] = languageCode.toLowerCase().split(/[-_]/);
  if (!/^[a-z]{2,3}$/.test(language) || !(confidence >= MIN_REMEMBERED_CONFIDENCE)) return undefined;
  return { language, confidence: Math.min(confidence, 1) };
}
