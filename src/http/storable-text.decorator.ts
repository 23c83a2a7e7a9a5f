import { ValidateBy } from 'class-validator';
import { storableText } from '../database/storable.js';

/** Declares a text field that PostgreSQL can store, not blank, up to `maxLength` UTF-16 units. */
export function StorableText(maxLength: number): PropertyDecorator {
  return ValidateBy({
    name: 'storableText',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' &&
        value.trim() !== '' &&
        value.length <= maxLength &&
        storableText(value) === value,
      defaultMessage: (args) =>
        `${args?.property ?? 'value'} must be text of 1 to ${maxLength} characters without NUL or broken surrogates`,
    },
  });
}
