/** Whoever has it keeps the keys of a release that knew no other: `{ringback}:*` and `coord:*`. */
export const DEFAULT_REDIS_PREFIX = 'ringback';

/** No `:`, `{` or `}`, which part the names of keys, and nothing that stands for other characters in a pattern. */
export const REDIS_PREFIX = /^[A-Za-z0-9_.-]{1,64}$/;

/** Begins the names of coordination's keys. */
export function coordinationPrefix(prefix: string): string {
  return prefix === DEFAULT_REDIS_PREFIX ? 'coord' : `${prefix}:coord`;
}
