import { oneLine } from './fence.js';

/**
 * Longest language tag in a prompt. BCP 47 tags in use are far shorter; the limit keeps prose out
 * of the setting.
 */
const MAX_LANGUAGE_CHARS = 35;

/**
 * Builds the prompt's line for the language. With `auto`, or none, the model detects the language.
 */
export function languageLine(language: string): string {
  const tag = oneLine(language).slice(0, MAX_LANGUAGE_CHARS);
  return tag === '' || tag.toLowerCase() === 'auto' ? 'Main language: detect it' : `Main language: ${tag}`;
}
