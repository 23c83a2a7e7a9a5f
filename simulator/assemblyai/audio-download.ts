import type { Lifetime } from '../lifetime.js';
import { type AudioContent, type Keeping, readAudio } from './audio-content.js';

/** A file server on the same machine that takes longer is broken. */
const DOWNLOAD_TIMEOUT_MS = 30_000;

export type Download = { ok: true; content: AudioContent } | { ok: false; error: string };

/**
 * Returns whether a URL points to this machine. The simulator fetches audio from no other host, so
 * that it never uses somebody's URLs on the internet.
 */
export function isOnThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

/** Fetches a recording. Redirects are not followed: they could lead to another machine. */
export async function downloadAudio(
  url: string,
  { keeping, lifetime }: { keeping: Keeping; lifetime: Lifetime },
): Promise<Download> {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  const limit = setTimeout(abort, DOWNLOAD_TIMEOUT_MS);
  const unsubscribe = lifetime.onEnd(abort);
  try {
    const response = await fetch(url, { redirect: 'manual', signal: controller.signal });
    if (!response.ok) {
      await response.body?.cancel();
      return { ok: false, error: refused(url, response) };
    }
    return { ok: true, content: await readAudio(response.body ?? [], keeping) };
  } catch {
    // The real provider reports every failure (refused, cut, too slow) with this one message.
    return {
      ok: false,
      error: `Download error, unable to download ${url}. Please make sure the file exists and is accessible from the internet.`,
    };
  } finally {
    clearTimeout(limit);
    unsubscribe();
  }
}

function refused(url: string, { status, statusText }: Response): string {
  const side = status >= 500 ? 'Server' : 'Client';
  return `Download error to ${url}, ${status} ${side} Error: ${statusText} for url: ${url}`;
}
