/**
 * Prefix that keeps the key names of releases without REDIS_PREFIX: `{ringback}:*` and `coord:*`.
 */
export const DEFAULT_REDIS_PREFIX = 'ringback';

/**
 * Excludes `:`, `{` and `}`, which delimit parts of key names, and the wildcards of Redis patterns.
 */
export const REDIS_PREFIX = /^[A-Za-z0-9_.-]{1,64}$/;

/** Returns the prefix of the keys of coordination. */
export function coordinationPrefix(prefix: string): string {
  return prefix === DEFAULT_REDIS_PREFIX ? 'coord' : `${prefix}:coord`;
}
