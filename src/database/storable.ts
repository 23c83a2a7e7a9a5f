/** PostgreSQL stores no U+0000, and no half of a surrogate pair: neither is a character of Unicode text. */
const NUL = '\0';
const LONE_SURROGATES = /\p{Surrogate}/gu;
/**
 * JSON.stringify escapes both. Pairs of backslashes are matched to be kept: what follows them is a letter, not an escape. They are
 * matched a hundred at a time, since a run of millions would exhaust the stack of the regular expression.
 */
const NOT_STORABLE_ESCAPES = /((?:\\\\){1,100})|\\u(?:0000|d[89a-f]..)/g;

/** Text as PostgreSQL can store it; what it cannot store is dropped. */
export function storableText(text: string): string {
  return text.replaceAll(NUL, '').replace(LONE_SURROGATES, '');
}

/** JSON as PostgreSQL can store it, also when strings deep inside hold what it cannot. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(NOT_STORABLE_ESCAPES, '$1');
}
