/** Longer pauses are capped: a provider that says "tomorrow" is asked again within the hour. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** A reset this large is not a number of seconds, but a time since the epoch (September 2001). */
const EPOCH_SECONDS = 1_000_000_000;

/**
 * Reads the pause requested by an answer's headers: Retry-After, or else X-RateLimit-Reset, which
 * some gateways send alone, in seconds or as a time.
 *
 * @returns milliseconds to wait, 0 to 3,600,000, or undefined when there is no usable header
 */
export function pauseOfHeaders(
  headers: Readonly<Record<string, unknown>>,
  nowMs: number,
): number | undefined {
  const retryAfterMs = parseRetryAfter(headers['retry-after'], nowMs);
  if (retryAfterMs !== undefined) return retryAfterMs;
  const reset = headers['x-ratelimit-reset'];
  if (Number(reset) < EPOCH_SECONDS) return parseRetryAfter(reset, nowMs);
  const atMs = Number(reset) * 1_000;
  return Number.isFinite(atMs) ? Math.min(Math.max(atMs - nowMs, 0), MAX_RETRY_AFTER_MS) : undefined;
}

/** Plain digits as in the RFC, or with a fraction. Other notations, such as `1e9`, are mistakes. */
const SECONDS = /^\d+(?:\.\d+)?$/;
/**
 * Every form of an HTTP date starts with the name of a day; JavaScript accepts much more as a date.
 */
const DATE = /^[A-Z][a-z]{2}/;

/**
 * Parses a Retry-After header (RFC 9110, section 10.2.3: seconds, or an HTTP date).
 *
 * @param value the header as received, if any
 * @param nowMs current time in milliseconds since the epoch
 * @returns milliseconds to wait, 0 to 3,600,000, or undefined when there is no usable header
 */
export function parseRetryAfter(value: unknown, nowMs: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  const waitMs = waitOf(value.trim(), nowMs);
  if (!Number.isFinite(waitMs)) return undefined;
  return Math.min(Math.max(Math.round(waitMs), 0), MAX_RETRY_AFTER_MS);
}

/** @returns NaN when the text is neither */
function waitOf(text: string, nowMs: number): number {
  if (SECONDS.test(text)) return Number(text) * 1_000;
  return DATE.test(text) ? Date.parse(text) - nowMs : NaN;
}
