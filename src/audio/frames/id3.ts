const ID3_HEADER_BYTES = 10;
const HAS_FOOTER = 0x10;

/**
 * Computes the length of an ID3v2 tag: https://id3.org/id3v2.4.0-structure, 3.1.
 *
 * @param head at least ten bytes from where a tag may start
 * @returns 0 when there is no tag
 */
export function id3Bytes(head: Uint8Array): number {
  const [i = 0, d = 0, three = 0, major = 0, minor = 0, flags = 0, ...size] = head.subarray(
    0,
    ID3_HEADER_BYTES,
  );
  if (String.fromCharCode(i, d, three) !== 'ID3' || major === 0xff || minor === 0xff) return 0;
  if (size.length < 4 || size.some((byte) => byte >= 0x80)) return 0;
  const body = size.reduce((bytes, byte) => bytes * 0x80 + byte, 0);
  return body + ID3_HEADER_BYTES * ((flags & HAS_FOOTER) === 0 ? 1 : 2);
}
