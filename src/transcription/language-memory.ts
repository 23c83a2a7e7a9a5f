import type { ConversationLanguage } from '../chunks/texts.js';

/**
 * Language detection needs 15 seconds of speech
 * (https://www.assemblyai.com/docs/pre-recorded-audio/automatic-language-detection), so it is a
 * guess for a short chunk. A guess below this confidence is not remembered: one wrong language
 * would be expected in all chunks that follow.
 */
export const MIN_REMEMBERED_CONFIDENCE = 0.6;

/** Languages a recording may be in, and the fallback when detection fails. */
export interface LanguageExpectation {
  /** A code, or `auto`. */
  fallback: string;
  /** Undefined: the provider's client decides. */
  expected?: readonly string[];
}

/**
 * Returns the languages to expect of the next chunk. Until languages were detected in the
 * conversation, these are the configured ones. Then they are the detected ones and the
 * conversation's own: a choice among two or three is right even where a choice among many is a
 * guess.
 *
 * @param options.language the conversation's: a code, or `auto`
 * @param options.isSet whether somebody chose it; a default gives way to the most frequently
 *   detected language
 * @param options.configured EXPECTED_LANGUAGES
 */
export function expectLanguages(options: {
  language: string;
  isSet: boolean;
  detected: readonly ConversationLanguage[];
  configured?: readonly string[];
}): LanguageExpectation {
  const { language, isSet, configured } = options;
  const detected = [...options.detected].sort(
    (one, other) => other.chunks - one.chunks || other.confidence - one.confidence,
  );
  const [most] = detected;
  if (most === undefined) return { fallback: language, ...(configured && { expected: configured }) };
  return {
    fallback: isSet ? language : most.language,
    expected: detected.map((entry) => entry.language),
  };
}

/**
 * Extracts the language to remember from an answer.
 *
 * @param answer.languageCode as the provider writes it, such as `en` or `en_us`
 * @returns undefined when the language is missing or its confidence is low
 */
export function rememberable(answer: {
  languageCode?: string;
  languageConfidence?: number;
}): Pick<ConversationLanguage, 'language' | 'confidence'> | undefined {
  const { languageCode = '', languageConfidence: confidence = 0 } = answer;
  const [language = ''] = languageCode.toLowerCase().split(/[-_]/);
  if (!/^[a-z]{2,3}$/.test(language) || !(confidence >= MIN_REMEMBERED_CONFIDENCE)) return undefined;
  return { language, confidence: Math.min(confidence, 1) };
}
