import { oneLine } from './fence.js';

/** Longest language tag that we pass on (BCP 47 tags in use are far shorter); a setting is not a place for prose. */
const MAX_LANGUAGE_CHARS = 35;

/** The prompt's line about the language. `auto` (or nothing) leaves it to the model to hear. */
export function languageLine(language: string): string {
  const tag = oneLine(language).slice(0, MAX_LANGUAGE_CHARS);
  return tag === '' || tag.toLowerCase() === 'auto' ? 'Main language: detect it' : `Main language: ${tag}`;
}
