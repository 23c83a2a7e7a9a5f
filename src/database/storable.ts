/** PostgreSQL stores no U+0000, and no half of a surrogate pair: neither is a character of Unicode text. */
const NUL = '\0';
const LONE_SURROGATES = /\p{Surrogate}/gu;
/** JSON.stringify escapes both; it is not told from an escaped backslash before such letters, which costs a second look only. */
const PERHAPS_NOT_STORABLE = /\\u(?:0000|d[89a-f])/i;

/** Text as PostgreSQL can store it; what it cannot store is dropped. */
export function storableText(text: string): string {
  return text.replaceAll(NUL, '').replace(LONE_SURROGATES, '');
}

/** JSON as PostgreSQL can store it, also when strings deep inside hold what it cannot. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!PERHAPS_NOT_STORABLE.test(json)) return json;
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'string' ? storableText(inner) : inner,
  );
}
