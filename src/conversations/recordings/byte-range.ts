import type { ByteRange } from '../../audio/audio-storage.js';

/** `bytes=0-499`, `bytes=500-` or `bytes=-500`. Units are case-insensitive. */
const SINGLE_RANGE = /^bytes=[ \t]*(?<first>\d*)-(?<last>\d*)[ \t]*$/i;

/**
 * Reads a `Range` header by RFC 9110, section 14
 * (https://www.rfc-editor.org/rfc/rfc9110#section-14). A header that is malformed, has another
 * unit, or asks for several ranges means the whole recording, as a server may ignore it.
 *
 * @param bytes length of the recording, 1 or more
 * @returns undefined for the whole recording
 */
export function parseRange(
  header: string | undefined,
  bytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  const { first, last } = SINGLE_RANGE.exec(header ?? '')?.groups ?? {};
  if (first === undefined || last === undefined || first + last === '') return undefined;
  if (first === '') return lastBytes(Number(last), bytes);
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start < bytes ? { start, end } : 'unsatisfiable';
}

/** Whether a `Range` header is one well-formed range, which can be passed on to another server. */
export function isSingleRange(header: string): boolean {
  const { first = '', last = '' } = SINGLE_RANGE.exec(header)?.groups ?? {};
  return first + last !== '';
}

function lastBytes(count: number, bytes: number): ByteRange | 'unsatisfiable' {
  return count === 0 ? 'unsatisfiable' : { start: Math.max(0, bytes - count), end: bytes - 1 };
}
