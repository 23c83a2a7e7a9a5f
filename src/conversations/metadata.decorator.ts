import { Transform } from 'class-transformer';
import { ValidateBy, ValidateIf } from 'class-validator';
import { storableText } from '../database/storable.js';
import { isRecord } from '../json/is-record.js';

export const MAX_ENTRIES = 50;
export const MAX_KEY_LENGTH = 100;
export const MAX_VALUE_LENGTH = 500;

/** Declares an optional field with texts by key, all of which PostgreSQL can store. */
export function Metadata(): PropertyDecorator {
  const decorators = [
    // Reads the object that was sent: class-transformer drops keys such as `toString`.
    Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => obj[key]),
    ValidateIf((_request: object, value: unknown) => value !== undefined),
    ValidateBy({
      name: 'metadata',
      validator: {
        validate: (value: unknown) => problemOf(value) === undefined,
        defaultMessage: (args) => `${args?.property ?? 'it'} ${problemOf(args?.value) ?? ''}`,
      },
    }),
  ];
  return (target, key) => {
    for (const decorate of decorators) decorate(target, key);
  };
}

/** Quotes no key and no value: callers may log the messages of errors. */
function problemOf(value: unknown): string | undefined {
  if (!isRecord(value)) return 'must be an object with texts by key';
  const entries = Object.entries(value);
  if (entries.length > MAX_ENTRIES) return `must have at most ${MAX_ENTRIES} keys`;
  if (entries.some(([key]) => key === '' || !isStorable(key, MAX_KEY_LENGTH))) {
    return `must have keys of 1 to ${MAX_KEY_LENGTH} characters without NUL or broken surrogates`;
  }
  if (entries.some(([, text]) => typeof text !== 'string' || !isStorable(text, MAX_VALUE_LENGTH))) {
    return `must have texts of at most ${MAX_VALUE_LENGTH} characters as values, without NUL or broken surrogates`;
  }
  return undefined;
}

function isStorable(text: string, maxLength: number): boolean {
  return text.length <= maxLength && storableText(text) === text;
}
