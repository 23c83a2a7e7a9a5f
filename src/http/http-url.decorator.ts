import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { storableText } from '../database/storable.js';

/** The URL standard would take part of the path for a missing host, and drop line breaks. */
const WITH_HOST = /^\s*https?:\/\/[^/\\?#]/i;
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * Declares a field with an http or https URL of up to `maxLength` characters. The URL is parsed by
 * the standard that all code that fetches it follows (https://url.spec.whatwg.org/), and stored in
 * its normal form: scheme and host in lower case, spaces and non-ASCII letters encoded.
 *
 * A user name or password is refused: the URL is stored, shown and passed on.
 */
export function HttpUrl(maxLength: number): PropertyDecorator {
  const problemOf = (value: unknown): string | undefined => {
    const url = parse(value);
    if (url === undefined) return 'must be an http or https URL';
    if (url.username !== '' || url.password !== '') {
      return 'must be an http or https URL without a user name or password';
    }
    return url.href.length > maxLength ? `must be a URL of at most ${maxLength} characters` : undefined;
  };
  const decorators = [
    Transform(({ value }: { value: unknown }) => parse(value)?.href ?? value),
    ValidateBy({
      name: 'httpUrl',
      validator: {
        validate: (value: unknown) => problemOf(value) === undefined,
        defaultMessage: (args?: ValidationArguments) =>
          `${args?.property ?? 'it'} ${problemOf(args?.value) ?? ''}`,
      },
    }),
  ];
  return (target, key) => {
    for (const decorate of decorators) decorate(target, key);
  };
}

/** Refuses characters that cannot be stored: the URL standard would replace them by U+FFFD. */
function parse(value: unknown): URL | undefined {
  if (typeof value !== 'string' || !WITH_HOST.test(value)) return undefined;
  if (CONTROL_CHARACTER.test(value) || storableText(value) !== value) return undefined;
  return URL.canParse(value) ? new URL(value) : undefined;
}
