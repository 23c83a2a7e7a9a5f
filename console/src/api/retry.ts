import { ApiError } from './client';

/** Pause before the second try. */
const FIRST_PAUSE_MS = 1_000;
/** Longest pause: a service that is back is used again within half a minute. */
const LONGEST_PAUSE_MS = 30_000;

/** Codes of an upload that another try, which asks for its offset first, goes on with. */
const RESUMABLE_CODES: readonly string[] = ['wrong_offset', 'upload_locked'];

/**
 * Whether the same request may succeed later: without an answer, without a session, while the
 * service is throttled, full or down, or while an upload is elsewhere than it was thought to be.
 */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const { status, code } = error;
  if (RESUMABLE_CODES.includes(code)) return true;
  return status === 0 || status === 401 || status === 408 || status === 429 || status >= 500;
}

/** Returns the pause before the next try, which doubles with each failure. */
export function pauseMs(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
}

/**
 * Waits; not longer than until the device is online again, as the next try is likely to succeed
 * then.
 *
 * @param signal ends the pause early
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener('online', end);
    signal?.addEventListener('abort', end);
    if (signal?.aborted === true) end();
  });
}
