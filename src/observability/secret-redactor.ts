/** Replacement of a secret. */
const REDACTED = '[redacted]';

/** Shorter values are common words in a log, and too short to be secrets. */
const MIN_SECRET_LENGTH = 6;

/** Matches names of fields that hold secrets, in any part of the configuration. */
const SECRET_FIELD = /key|secret|password|token/i;

/**
 * Forms of secrets that the configuration does not contain: those of a caller, an endpoint, a
 * signed URL.
 */
const SECRET_FORMS: [form: RegExp, replacement: string][] = [
  [/\bwhsec_[A-Za-z0-9+/=_-]+/g, `whsec_${REDACTED}`],
  [/\b(Bearer|Basic) +[^\s"',;]+/gi, `$1 ${REDACTED}`],
  [/\/\/([^\s/:@]*):[^\s/@]+@/g, `//$1:${REDACTED}@`],
];

/**
 * Matches a URL and its query, which may hold a signature and other secrets. The query is optional
 * here, so that a long row of URLs without a query is scanned once, not once for each of them. The
 * length is bounded: V8 keeps a backtracking state per character, and millions can exhaust its
 * stack.
 */
const URL_AND_QUERY = /(\bhttps?:\/\/[^\s?"'<>]{1,16384})(\?[^\s"'<>]+)?/gi;

/**
 * Removes secrets from texts to be logged. This is a last line of defense: the service logs no
 * secrets on purpose, but the error message of a library may contain one.
 */
export class SecretRedactor {
  private readonly secrets: string[];

  constructor(secrets: Iterable<string>) {
    // Longest first, as one secret may be a part of another.
    this.secrets = [...new Set(secrets)]
      .filter(({ length }) => length >= MIN_SECRET_LENGTH)
      .sort((one, other) => other.length - one.length);
  }

  /**
   * @param config any object; its secrets are fields named like secrets, and the passwords and
   * query values of URLs
   */
  static for(config: object): SecretRedactor {
    return new SecretRedactor(secretsIn(config));
  }

  redact(text: string): string {
    let redacted = text;
    for (const secret of this.secrets) redacted = redacted.replaceAll(secret, REDACTED);
    for (const [form, replacement] of SECRET_FORMS) redacted = redacted.replace(form, replacement);
    return redacted.replace(URL_AND_QUERY, (whole: string, address: string, query: string | undefined) =>
      query === undefined ? whole : `${address}?${REDACTED}`,
    );
  }
}

function* secretsIn(value: unknown, field = ''): Generator<string> {
  if (typeof value === 'string') {
    if (SECRET_FIELD.test(field)) yield* spellings(value);
    else if (URL.canParse(value)) yield* secretsOfUrl(new URL(value));
  } else if (Array.isArray(value)) {
    for (const item of value as unknown[]) yield* secretsIn(item, field);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) yield* secretsIn(inner, name);
  }
}

function* secretsOfUrl(url: URL): Generator<string> {
  yield url.password;
  yield decodeURIComponent(url.password);
  for (const parameter of url.searchParams.values()) yield* spellings(parameter);
}

/** Yields a secret in its spellings: as it is, in JSON, and in a URL. */
function* spellings(secret: string): Generator<string> {
  yield secret;
  yield JSON.stringify(secret).slice(1, -1);
  yield encodeURIComponent(secret);
}
