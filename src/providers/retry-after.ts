/** A header that asks for more is capped: a provider that says "tomorrow" is asked again within the hour. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Reads a Retry-After header (RFC 9110, section 10.2.3: seconds, or an HTTP date).
 *
 * @param value the header as received, or nothing
 * @param nowMs the present, in milliseconds since the epoch
 * @returns milliseconds to wait, 0 to 3,600,000, or undefined when there is no usable header
 */
export function parseRetryAfter(value: unknown, nowMs: number): number | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const seconds = Number(value);
  const waitMs = Number.isNaN(seconds) ? Date.parse(value) - nowMs : seconds * 1_000;
  if (!Number.isFinite(waitMs)) return undefined;
  return Math.min(Math.max(Math.round(waitMs), 0), MAX_RETRY_AFTER_MS);
}
