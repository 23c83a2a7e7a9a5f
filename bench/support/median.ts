import { rounded } from './table.js';

/** @throws RangeError for an empty list */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const pair = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  const [low, high] = pair;
  if (low === undefined || high === undefined) throw new RangeError('an empty list has no median');
  return (low + high) / 2;
}

/** Formats the range from the lowest to the highest value. */
export function spread(values: readonly number[]): string {
  return `${rounded(Math.min(...values))} to ${rounded(Math.max(...values))}`;
}
