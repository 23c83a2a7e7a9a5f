import { ValidateBy } from 'class-validator';
import { storableText } from '../database/storable.js';

/**
 * Declares a text field that PostgreSQL can store, up to `maxLength` UTF-16 units.
 *
 * @param options.mayBeBlank default false
 */
export function StorableText(
  maxLength: number,
  { mayBeBlank = false }: { mayBeBlank?: boolean } = {},
): PropertyDecorator {
  return ValidateBy({
    name: 'storableText',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' &&
        (mayBeBlank || value.trim() !== '') &&
        value.length <= maxLength &&
        storableText(value) === value,
      defaultMessage: (args) =>
        `${args?.property ?? 'value'} must be text of ${mayBeBlank ? 0 : 1} to ${maxLength} characters without NUL or broken surrogates`,
    },
  });
}
