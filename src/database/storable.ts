/**
 * PostgreSQL stores neither U+0000 nor half of a surrogate pair: neither is a Unicode character.
 */
const NUL = '\0';
const LONE_SURROGATES = /\p{Surrogate}/gu;
/**
 * JSON.stringify escapes both. Pairs of backslashes are matched and kept, because what follows them
 * is a letter and no escape: a hundred at a time, as a run of millions would exhaust the stack of
 * the regular expression.
 */
const NOT_STORABLE_ESCAPES = /((?:\\\\){1,100})|\\u(?:0000|d[89a-f]..)/g;

/** Drops the characters of a text that PostgreSQL cannot store. */
export function storableText(text: string): string {
  return text.replaceAll(NUL, '').replace(LONE_SURROGATES, '');
}

/** Writes JSON without the characters that PostgreSQL cannot store, however deep they are. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(NOT_STORABLE_ESCAPES, '$1');
}
