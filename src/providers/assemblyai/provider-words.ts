import { redactPatterns } from '../../redaction/redact-patterns.js';

/** Enough for every message that AssemblyAI documents; a page of HTML in a chunk's `error` helps nobody. */
const MAX_CHARACTERS = 300;

/** Read so much of it at most: a page of URLs would take long to search, and is cut in the end anyway. */
const MAX_READ_CHARACTERS = 5_000;

/** What a person is told in place of a secret. */
const REMOVED = '[removed]';

/**
 * Makes a provider's own words fit for logs and records: URLs lose their query, fragment and credentials (a signed URL is a
 * secret), our secrets are taken out, personal data is replaced by patterns, control characters and line breaks become spaces, and
 * the length is bounded.
 *
 * Personal data of any conversation: these words are logged and shown where nobody knows whose they are, and need none.
 *
 * @param secrets values of ours that the provider may have echoed
 * @returns at most 300 characters and an ellipsis
 */
export function providerWords(text: string, secrets: readonly string[] = []): string {
  let words = text;
  for (const secret of secrets) {
    if (secret !== '') words = words.replaceAll(secret, REMOVED);
  }
  const { text: redacted } = redactPatterns(withoutUrlSecrets(words.slice(0, MAX_READ_CHARACTERS)));
  words = redacted.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return words.length > MAX_CHARACTERS ? `${words.slice(0, MAX_CHARACTERS).trimEnd()}…` : words;
}

/** Removes whole URLs: what they are called says nothing about what went wrong. */
export function withoutUrls(text: string): string {
  return text.replace(/https?:\/\/\S+/gi, '');
}

/** @returns the text with the query, fragment and credentials of every URL in it removed */
export function withoutUrlSecrets(text: string): string {
  return (
    text
      .replace(/(https?:\/\/)[^\s/?#@]*@/gi, '$1')
      // What follows is optional, so that each beginning of a URL is read once.
      .replace(/(https?:\/\/[^\s?#]*)(?:[?#]\S*)?/gi, '$1')
      // URLs whose scheme was cut off, or that were encoded as a whole.
      .replace(/\?[^\s=?]+=\S*/g, '')
      .replace(/%3f\S*/gi, '')
  );
}
