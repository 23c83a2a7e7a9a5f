import { redactPatterns } from '../../redaction/redact-patterns.js';

/** Enough for every message that AssemblyAI documents; a page of HTML in a chunk's `error` helps nobody. */
const MAX_CHARACTERS = 300;

/** Read so much of it at most: a page of URLs would take long to search, and is cut in the end anyway. */
const MAX_READ_CHARACTERS = 5_000;

/** Word that a person is told in place of a secret. */
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
  return inBlocks(text, {
    usual: (block) => block.replace(/https?:\/\/\S+/gi, ''),
    endless: (word) => word.slice(0, indexOr(word.length, word.search(SCHEME))),
  });
}

/** @returns the text with the query, fragment and credentials of every URL in it removed */
export function withoutUrlSecrets(text: string): string {
  return inBlocks(text, { usual: withoutSecrets, endless: withoutSecretsOfEndless });
}

const SCHEME = /https?:\/\//i;

/**
 * Characters that a regular expression reads at once. One that goes over millions without a space
 * can exhaust the stack of V8, which keeps a way back for each.
 */
const BLOCK_CHARACTERS = 16_384;

interface BlockReaders {
  /** Reads a block that ends with a word. */
  usual: (block: string) => string;
  /** Reads a word that is longer than a block. */
  endless: (word: string) => string;
}

function inBlocks(text: string, { usual, endless }: BlockReaders): string {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = blockEnd(text, start);
    const piece = text.slice(start, end);
    pieces.push(piece.length > BLOCK_CHARACTERS ? endless(piece) : usual(piece));
    start = end;
  }
  return pieces.join('');
}

/** A block ends before its last space; a word that is longer ends where it ends. */
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
      // The query is optional, so that each beginning of a URL is read once.
      .replace(/(https?:\/\/[^\s?#]*)(?:[?#]\S*)?/gi, '$1')
      // URLs whose scheme was cut off, or that were encoded as a whole.
      .replace(/\?[^\s=?]+=\S*/g, '')
      .replace(/%3f\S*/gi, '')
  );
}

/** The same for a word that is longer than any URL, without going back. */
function withoutSecretsOfEndless(word: string): string {
  const scheme = word.search(SCHEME);
  const tail = scheme < 0 ? '' : word.slice(scheme);
  const ends = [
    scheme + indexOr(Infinity, scheme < 0 ? -1 : tail.search(/[?#]/)),
    indexOr(Infinity, beginOfQuery(word)),
    indexOr(Infinity, word.search(/%3f/i)),
  ];
  const kept = word.slice(0, Math.min(...ends));
  return kept.replace(/(https?:\/\/)[^\s/?#@]{0,2000}@/gi, '$1');
}

/** @returns where a question mark with a name and an equals sign stands, or -1 */
function beginOfQuery(word: string): number {
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
