/** What stands in the place of a secret. */
const REDACTED = '[redacted]';

/** Shorter values are words that a log is full of; a secret of that length is none. */
const MIN_SECRET_LENGTH = 6;

/** Fields of the configuration that hold secrets, whatever part of it they are in. */
const SECRET_FIELD = /key|secret|password|token/i;

/** Secrets by their form, where they are none of ours to know: those of a caller, an endpoint, a signed URL. */
const SECRET_FORMS: [form: RegExp, replacement: string][] = [
  [/\bwhsec_[A-Za-z0-9+/=_-]+/g, `whsec_${REDACTED}`],
  [/\b(Bearer|Basic) +[^\s"',;]+/gi, `$1 ${REDACTED}`],
  [/\/\/([^\s/:@]*):[^\s/@]+@/g, `//$1:${REDACTED}@`],
];

/**
 * The query of a URL holds its signature, and more that is nobody's business. It is optional here,
 * so that a long row of URLs without one is read once, not once for each of them. No address is
 * longer than the bound: V8 keeps a way back for each character, and millions can exhaust its stack.
 */
const URL_AND_QUERY = /(\bhttps?:\/\/[^\s?"'<>]{1,16384})(\?[^\s"'<>]+)?/gi;

/**
 * Takes secrets out of what is about to be logged. A last line of defence: nobody logs a secret on purpose, but the message of
 * somebody else's error may hold one.
 */
export class SecretRedactor {
  private readonly secrets: string[];

  constructor(secrets: Iterable<string>) {
    // Longest first: one may be a part of another.
    this.secrets = [...new Set(secrets)]
      .filter(({ length }) => length >= MIN_SECRET_LENGTH)
      .sort((one, other) => other.length - one.length);
  }

  /** @param config any object; the values of fields that are called so, and what URLs carry beside their address */
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

/** A secret may be shown as it is, or as JSON or a URL would have it. */
function* spellings(secret: string): Generator<string> {
  yield secret;
  yield JSON.stringify(secret).slice(1, -1);
  yield encodeURIComponent(secret);
}
