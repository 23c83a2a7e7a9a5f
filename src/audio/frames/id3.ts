import type { RandomAccessAudio } from '../access/random-access-audio.js';

const ID3_HEADER_BYTES = 10;
const HAS_FOOTER = 0x10;
/** A file may begin with several tags; each is skipped with one read. */
const MAX_TAGS = 4;

/**
 * Computes the length of an ID3v2 tag: https://id3.org/id3v2.4.0-structure, 3.1.
 *
 * @param head at least ten bytes from where a tag may start
 * @returns 0 when there is no tag
 */
function id3Bytes(head: Uint8Array): number {
  const [i = 0, d = 0, three = 0, major = 0, minor = 0, flags = 0, ...size] = head.subarray(
    0,
    ID3_HEADER_BYTES,
  );
  if (String.fromCharCode(i, d, three) !== 'ID3' || major === 0xff || minor === 0xff) return 0;
  if (size.length < 4 || size.some((byte) => byte >= 0x80)) return 0;
  const body = size.reduce((bytes, byte) => bytes * 0x80 + byte, 0);
  return body + ID3_HEADER_BYTES * ((flags & HAS_FOOTER) === 0 ? 1 : 2);
}

/** @returns where the tags end that precede a recording */
export async function skipTags(audio: RandomAccessAudio, signal: AbortSignal): Promise<number> {
  let offset = 0;
  for (let tags = 0; tags < MAX_TAGS && offset + ID3_HEADER_BYTES <= audio.bytes; tags += 1) {
    const range = { start: offset, end: offset + ID3_HEADER_BYTES - 1 };
    const bytes = id3Bytes(await audio.read(range, signal));
    if (bytes === 0) break;
    offset += bytes;
  }
  return offset;
}
