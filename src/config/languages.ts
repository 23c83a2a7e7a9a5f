/** Language used when none is set (null): the recognizer's own default. */
export const DEFAULT_LANGUAGE = 'en';

/**
 * Languages that AssemblyAI transcribes, by its own codes: the 99 of universal-2
 * (https://www.assemblyai.com/docs/pre-recorded-audio/supported-languages; `TranscriptLanguageCode`
 * of its SDK has the same).
 */
export const ASSEMBLYAI_LANGUAGES: readonly string[] = (
  'af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is it ja ' +
  'jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq ' +
  'sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh'
).split(' ');

const SUPPORTED: ReadonlySet<string> = new Set(ASSEMBLYAI_LANGUAGES);

/**
 * Standard codes for which AssemblyAI uses another code, or supports only the language they belong
 * to.
 */
const CODE_ALIASES: Readonly<Record<string, string>> = {
  fil: 'tl',
  gsw: 'de',
  jv: 'jw',
  nb: 'no',
  yue: 'zh',
};

/**
 * Returns AssemblyAI's code for a language.
 *
 * @param tag a BCP 47 tag such as `nl`, `es-419` or `zh-Hant-TW`, in any case, also with
 * underscores or deprecated codes
 * @returns undefined for an invalid tag, and for a language that AssemblyAI does not support
 */
export function assemblyAiLanguage(tag: string): string | undefined {
  const canonical = canonicalTag(tag);
  if (canonical === undefined) return undefined;
  const { language } = new Intl.Locale(canonical);
  const code = Object.hasOwn(CODE_ALIASES, language) ? CODE_ALIASES[language] : language;
  return code !== undefined && SUPPORTED.has(code) ? code : undefined;
}

/**
 * Returns the canonical form of a tag: `EN_us` becomes `en-US`, the deprecated `iw` becomes `he`.
 * Undefined if invalid.
 */
export function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag.trim().replaceAll('_', '-'))[0];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
