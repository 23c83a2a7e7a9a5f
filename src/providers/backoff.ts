/** Maximum pause: after a minute an operator is watching, and wants to see the recovery. */
const MAX_BACKOFF_MS = 60_000;

/** Half of a pause is random, so that tries that failed together are not repeated together. */
const JITTER_SHARE = 0.5;

/**
 * Computes the pause before the next try: exponential with jitter, never shorter than the provider
 * requested.
 *
 * @param options.baseMs first pause, in milliseconds (RETRY_BASE_MS)
 * @param options.failures failures so far, 1 or more
 * @param options.retryAfterMs the provider's request, in milliseconds; it wins when it is longer
 * @param options.maxMs the longest pause, for work that nobody waits for
 * @param options.random 0 to 1, for tests
 * @returns milliseconds, at least 0
 */
export function backoffMs(options: {
  baseMs: number;
  failures: number;
  retryAfterMs?: number;
  maxMs?: number;
  random?: () => number;
}): number {
  const { baseMs, failures, retryAfterMs = 0, maxMs = MAX_BACKOFF_MS, random = Math.random } = options;
  const full = Math.min(baseMs * 2 ** Math.max(failures - 1, 0), maxMs);
  const jittered = full * (1 - JITTER_SHARE) + full * JITTER_SHARE * random();
  return Math.round(Math.max(jittered, retryAfterMs));
}
