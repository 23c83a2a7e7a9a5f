import type { ConfiguredModel } from '../../api/operation-types';

/** Days before a model's end from which the page warns, like the doctor and the log. */
const WARNING_DAYS = 60;
const DAY_MS = 86_400_000;

/** Shows how near the end of a model is. */
export type ModelEnd =
  | { kind: 'unknown' }
  | { kind: 'later'; on: string }
  | { kind: 'soon'; on: string; days: number }
  | { kind: 'ended'; on: string };

/** @param now in milliseconds since 1970 */
export function endOf({ endsOn }: Pick<ConfiguredModel, 'endsOn'>, now: number): ModelEnd {
  if (endsOn === null) return { kind: 'unknown' };
  const days = Math.ceil((Date.parse(endsOn) - now) / DAY_MS);
  if (days <= 0) return { kind: 'ended', on: endsOn };
  return days <= WARNING_DAYS ? { kind: 'soon', on: endsOn, days } : { kind: 'later', on: endsOn };
}
