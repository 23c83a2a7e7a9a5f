import { redactPatterns } from '../../redaction/redact-patterns.js';

/** Enough for every documented message of AssemblyAI; a page of HTML in an `error` is useless. */
const MAX_CHARACTERS = 300;

/** Maximum read: a page of URLs would take long to search, and is cut in the end anyway. */
const MAX_READ_CHARACTERS = 5_000;

/** Placeholder for a removed secret. */
const REMOVED = '[removed]';

/**
 * Sanitizes a provider's message for logs and the database: URLs lose their query, fragment and
 * credentials (a signed URL is a secret), our secrets are removed, personal data is redacted by
 * patterns, control characters and line breaks become spaces, and the length is limited.
 *
 * Personal data is redacted for every conversation: messages are logged and shown without knowing
 * whose they are, and do not need it.
 *
 * @param secrets our secrets that the provider may have echoed
 * @returns at most 300 characters and an ellipsis
 */
export function sanitizeProviderText(text: string, secrets: readonly string[] = []): string {
  let sanitized = text;
  for (const secret of secrets) {
    if (secret !== '') sanitized = sanitized.replaceAll(secret, REMOVED);
  }
  const { text: redacted } = redactPatterns(withoutUrlSecrets(sanitized.slice(0, MAX_READ_CHARACTERS)));
  sanitized = redacted.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return sanitized.length > MAX_CHARACTERS ? `${sanitized.slice(0, MAX_CHARACTERS).trimEnd()}…` : sanitized;
}

/** Removes whole URLs: their text says nothing about the error. */
export function withoutUrls(text: string): string {
  return inBlocks(text, {
    usual: (block) => block.replace(/https?:\/\/\S+/gi, ''),
    overlong: (word) => word.slice(0, indexOr(word.length, word.search(SCHEME))),
  });
}

/** @returns the text with the query, fragment and credentials of every URL in it removed */
export function withoutUrlSecrets(text: string): string {
  return inBlocks(text, { usual: withoutSecrets, overlong: withoutSecretsOfOverlong });
}

const SCHEME = /https?:\/\//i;

/**
 * Characters that a regular expression reads at once. Over millions of characters without a space
 * it can exhaust the stack of V8, which keeps a backtracking position for each.
 */
const BLOCK_CHARACTERS = 16_384;

interface BlockReaders {
  /** Reads a block that ends with a word. */
  usual: (block: string) => string;
  /** Reads a word longer than a block. */
  overlong: (word: string) => string;
}

function inBlocks(text: string, { usual, overlong }: BlockReaders): string {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = blockEnd(text, start);
    const piece = text.slice(start, end);
    pieces.push(piece.length > BLOCK_CHARACTERS ? overlong(piece) : usual(piece));
    start = end;
  }
  return pieces.join('');
}

/** Finds the end of a block: before its last space, or at the end of a word longer than a block. */
function blockEnd(text: string, start: number): number {
  const limit = start + BLOCK_CHARACTERS;
  if (limit >= text.length) return text.length;
  for (let end = limit; end > start; end -= 1) {
    if (/\s/.test(text.charAt(end))) return end;
  }
  const rest = text.slice(limit);
  return limit + indexOr(rest.length, rest.search(/\s/));
}

function withoutSecrets(block: string): string {
  return (
    block
      .replace(/(https?:\/\/)[^\s/?#@]*@/gi, '$1')
      // The query is optional, so that each start of a URL is read once.
      .replace(/(https?:\/\/[^\s?#]*)(?:[?#]\S*)?/gi, '$1')
      // URLs whose scheme was cut off, or that were encoded as a whole.
      .replace(/\?[^\s=?]+=\S*/g, '')
      .replace(/%3f\S*/gi, '')
  );
}

/** Does the same for a word longer than any URL, without backtracking. */
function withoutSecretsOfOverlong(word: string): string {
  const scheme = word.search(SCHEME);
  const tail = scheme < 0 ? '' : word.slice(scheme);
  const ends = [
    scheme + indexOr(Infinity, scheme < 0 ? -1 : tail.search(/[?#]/)),
    indexOr(Infinity, startOfQuery(word)),
    indexOr(Infinity, word.search(/%3f/i)),
  ];
  const kept = word.slice(0, Math.min(...ends));
  return kept.replace(/(https?:\/\/)[^\s/?#@]{0,2000}@/gi, '$1');
}

/** @returns the index of a question mark that is followed by a name and an equals sign, or -1 */
function startOfQuery(word: string): number {
  let equals = -1;
  for (let mark = word.indexOf('?'); mark >= 0;) {
    if (equals <= mark) equals = word.indexOf('=', mark + 1);
    if (equals < 0) return -1;
    const next = word.indexOf('?', mark + 1);
    if (equals > mark + 1 && (next < 0 || equals < next)) return mark;
    mark = next;
  }
  return -1;
}

function indexOr(none: number, index: number): number {
  return index < 0 ? none : index;
}
