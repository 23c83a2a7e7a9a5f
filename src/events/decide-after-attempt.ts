/** What an endpoint made of an attempt: its status, or why there is none. */
export interface AttemptResult {
  status: number | null;
  /** Our own words; nothing of what the endpoint said. */
  error: string | null;
  /** The endpoint's wish (Retry-After), in milliseconds. */
  retryAfterMs?: number;
}

export type AfterAttempt =
  | { kind: 'delivered' }
  /** The endpoint wants no more events (410), of any kind. */
  | { kind: 'gone' }
  | { kind: 'retry'; delayMs: number }
  /** A day of attempts is over. */
  | { kind: 'exhausted' };

const GONE = 410;

/** The first pause is this many times RETRY_BASE_MS, 5 s unless set: a receiver that restarts is back by then. */
const FIRST_PAUSE_FACTOR = 5;
/** A receiver that comes back after hours gets what it missed within one more. */
const MAX_PAUSE_MS = 3_600_000;
/** Half of a pause is random: what failed together does not come back together. */
const JITTER_SHARE = 0.5;

/**
 * Decides what follows an attempt. 2xx is delivered, 410 ends the endpoint; all else is tried again, redirects and refusals
 * included, as they may be a mistake that somebody mends within the day.
 *
 * @param delivery.attempts of this round, the one that just ended included; 1 or more
 * @param delivery.leftMs until its day is over, in milliseconds; the last attempt is at its very end
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
