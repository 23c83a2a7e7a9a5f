import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

/** A date, which starts at midnight UTC, or a date and time with its offset. */
const INSTANT =
  /^(?<date>\d{4}-\d{2}-\d{2})(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
const DATE_LENGTH = 10;

/** Declares a query field with a moment of ISO 8601, which becomes a Date. */
export function Instant(): PropertyDecorator {
  const decorators = [
    Transform(({ value }: { value: unknown }) => parseInstant(value) ?? value),
    ValidateBy({
      name: 'instant',
      validator: {
        validate: (value: unknown) => value instanceof Date,
        defaultMessage: (args) =>
          `${args?.property ?? 'it'} must be a date, or a date and time with its offset, of ISO 8601: 2025-11-22T10:00:00Z (+ is written %2B in a URL)`,
      },
    }),
  ];
  return (target, key) => {
    for (const decorate of decorators) decorate(target, key);
  };
}

export function parseInstant(value: unknown): Date | undefined {
  const date = typeof value === 'string' ? INSTANT.exec(value)?.groups?.date : undefined;
  if (date === undefined || !isDay(date)) return undefined;
  const instant = new Date(String(value));
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}

/** Whether the calendar has the day: JavaScript would take February 30 for a day of March. */
function isDay(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().slice(0, DATE_LENGTH) === date;
}
