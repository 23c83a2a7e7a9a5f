import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { storableText } from '../database/storable.js';

/** The rule itself would take the path's first part for the host where there is none, and drop line breaks. */
const WITH_HOST = /^\s*https?:\/\/[^/\\?#]/i;
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * A field that holds an http or https URL of up to `maxLength` characters. It is read by the one rule that all who fetch it go by
 * (https://url.spec.whatwg.org/), and left as that rule writes it: capitals of the scheme and host small, spaces and letters of other
 * scripts encoded.
 *
 * A user name or password is refused: the URL is stored, shown and handed on.
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

/** A character that cannot be stored is refused: the rule of URLs would put U+FFFD in its place. */
function parse(value: unknown): URL | undefined {
  if (typeof value !== 'string' || !WITH_HOST.test(value)) return undefined;
  if (CONTROL_CHARACTER.test(value) || storableText(value) !== value) return undefined;
  return URL.canParse(value) ? new URL(value) : undefined;
}
