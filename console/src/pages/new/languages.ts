import { language } from '../../i18n/translate';

/** Languages to choose from; any other code that the service knows may be typed. */
const SUGGESTED = 'en nl de fr es it pt pl tr ar uk ru da sv no fi zh ja hi'.split(' ');

/** Returns suggestions with their names in the language of the console, in its order. */
export function suggestedLanguages(): { code: string; name: string }[] {
  const names = new Intl.DisplayNames(language.value, { type: 'language' });
  return SUGGESTED.map((code) => ({ code, name: names.of(code) ?? code })).sort((one, two) =>
    one.name.localeCompare(two.name, language.value),
  );
}
