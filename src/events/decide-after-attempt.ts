/** Result of an attempt: the endpoint's status, or the reason why there is none. */
export interface AttemptResult {
  status: number | null;
  /** Our own text; it contains nothing of the endpoint's answer. */
  error: string | null;
  /** Pause that the endpoint asks for (Retry-After), in milliseconds. */
  retryAfterMs?: number;
}

export type AfterAttempt =
  | { kind: 'delivered' }
  /** The endpoint wants no more events of any type (410). */
  | { kind: 'gone' }
  | { kind: 'retry'; delayMs: number }
  /** The day of attempts is over. */
  | { kind: 'exhausted' };

const GONE = 410;

/** The first pause in units of RETRY_BASE_MS, 5 s by default: enough for a receiver to restart. */
const FIRST_PAUSE_FACTOR = 5;
/** A receiver that recovers after hours gets what it missed within another hour. */
const MAX_PAUSE_MS = 3_600_000;
/** Half of a pause is random, so that simultaneous failures are not retried together. */
const JITTER_SHARE = 0.5;

/**
 * Decides what follows an attempt. 2xx means delivered, and 410 disables the endpoint. All other
 * results are retried, also redirects and refusals: they may be a mistake that is fixed within the
 * day.
 *
 * @param delivery.attempts attempts in this round, including the one that just ended; 1 or more
 * @param delivery.leftMs milliseconds until the day is over; the last attempt is at its very end
 */
export function decideAfterAttempt(
  result: AttemptResult,
  delivery: { attempts: number; leftMs: number; baseMs: number },
  random: () => number = Math.random,
): AfterAttempt {
  const { status, retryAfterMs = 0 } = result;
  if (status !== null && status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === GONE) return { kind: 'gone' };
  const { attempts, leftMs, baseMs } = delivery;
  if (leftMs <= 0) return { kind: 'exhausted' };
  const full = Math.min(baseMs * FIRST_PAUSE_FACTOR * 2 ** (attempts - 1), MAX_PAUSE_MS);
  const jittered = full * (1 - JITTER_SHARE) + full * JITTER_SHARE * random();
  return { kind: 'retry', delayMs: Math.round(Math.min(Math.max(jittered, retryAfterMs), leftMs)) };
}
