import type { RandomAccessAudio } from '../../access/random-access-audio.js';

/** Read at once while searching. */
const WINDOW_BYTES = 65_536;

/** Most that is searched without a hit: pictures of a film may lie between two places. */
const MAX_SEARCHED_BYTES = 8_388_608;

/** @returns fewer bytes at the end of the recording */
export async function readUpTo(
  audio: RandomAccessAudio,
  start: number,
  bytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const end = Math.min(start + bytes, audio.bytes) - 1;
  return start > end ? Buffer.alloc(0) : audio.read({ start, end }, signal);
}

/**
 * Searches a part of a recording, window by window.
 *
 * @param options.overlapBytes longest thing that is searched for: a window ends with that much of
 * the next one
 * @param find searches a window; a hit must begin before `limit`
 * @returns undefined when nothing is found within some megabytes
 */
export async function searchBytes<T>(
  audio: RandomAccessAudio,
  options: { from: number; to: number; overlapBytes: number; signal: AbortSignal },
  find: (window: Buffer, limit: number) => (T & { offset: number }) | undefined,
): Promise<(T & { offset: number }) | undefined> {
  const { from, overlapBytes, signal } = options;
  const to = Math.min(options.to, from + MAX_SEARCHED_BYTES, audio.bytes);
  for (let start = from; start < to; start += WINDOW_BYTES) {
    const window = await readUpTo(audio, start, WINDOW_BYTES + overlapBytes, signal);
    const found = find(window, Math.min(WINDOW_BYTES, to - start));
    if (found !== undefined) return { ...found, offset: start + found.offset };
  }
  return undefined;
}
