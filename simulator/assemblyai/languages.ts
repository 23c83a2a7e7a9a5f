import { type Fields, fieldsOf, isGiven } from '../fields.js';

/** Leaves the choice to language detection. */
const AUTO = 'auto';

/** Stands for every language; also the default. */
const ALL = 'all';

/**
 * Checks the languages that a submit names.
 *
 * @param refused languages that are treated as unknown
 * @returns the message of the 400, or null
 */
export function languagesProblem(
  { language_code, language_detection_options }: Fields,
  refused: readonly string[],
): string | null {
  const options = fieldsOf(language_detection_options);
  const expected = Array.isArray(options.expected_languages) ? options.expected_languages.map(String) : [ALL];
  const named: [field: string, languages: unknown[]][] = [
    ['language_code', [language_code]],
    ['expected_languages', expected],
    ['fallback_language', [options.fallback_language]],
  ];
  for (const [field, languages] of named) {
    const invalid = languages.filter((language) => refused.some((code) => code === language));
    if (invalid.length > 0) {
      return `Invalid language code in "${field}": ${invalid.join(', ')}`;
    }
  }
  return fallbackProblem(options.fallback_language, expected);
}

/** Rule of https://www.assemblyai.com/docs/pre-recorded-audio/language-detection */
function fallbackProblem(fallback: unknown, expected: readonly string[]): string | null {
  const free = !isGiven(fallback) || fallback === AUTO || expected.includes(ALL);
  return free || expected.some((language) => language === fallback)
    ? null
    : '"fallback_language" must be one of the languages in "expected_languages", or "auto"';
}
