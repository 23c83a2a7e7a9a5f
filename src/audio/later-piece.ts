import { hasBytes } from './signatures.js';

/**
 * Elements of Matroska that follow its header: https://www.rfc-editor.org/rfc/rfc9559#section-27.1
 */
const CLUSTER = '\x1f\x43\xb6\x75';
const CUES = '\x1c\x53\xbb\x6b';
const SIMPLE_BLOCK = '\xa3';
const BLOCK_GROUP = '\xa0';

/**
 * Track numbers begin at 1, and a recording has few tracks: a number takes one byte, as its first
 * bit indicates.
 */
const FIRST_TRACK = 0x81;
const LAST_TRACK = 0x8f;

/** Flag of the first page of a stream in Ogg: https://www.rfc-editor.org/rfc/rfc3533#section-6 */
const OGG_FLAGS_OFFSET = 5;
const OGG_FIRST_PAGE = 0x02;

/**
 * Whether a file is a piece of a recording without its beginning, which is needed to decode the
 * rest: a browser's MediaRecorder produces such pieces when it is given a timeslice.
 */
export function isLaterPiece(head: Uint8Array): boolean {
  return isLaterMatroska(head) || isLaterMp4(head) || isLaterOgg(head);
}

function isLaterMatroska(head: Uint8Array): boolean {
  if (hasBytes(head, 0, CLUSTER)) return true;
  if (!hasBytes(head, 0, SIMPLE_BLOCK)) return false;
  const size = readSize(head, 1);
  const track = size === undefined ? 0 : (head[1 + size.bytes] ?? 0);
  if (size === undefined || track < FIRST_TRACK || track > LAST_TRACK) return false;
  const next = 1 + size.bytes + size.value;
  return (
    next >= head.length ||
    [SIMPLE_BLOCK, BLOCK_GROUP, CLUSTER, CUES].some((element) => hasBytes(head, next, element))
  );
}

/**
 * Reads an EBML number of up to 4 bytes (https://www.rfc-editor.org/rfc/rfc8794#section-4); its
 * first set bit gives the length.
 */
function readSize(head: Uint8Array, offset: number): { bytes: number; value: number } | undefined {
  const first = head[offset] ?? 0;
  const bytes = Math.clz32(first) - 23;
  if (bytes > 4) return undefined;
  let value = first & (0xff >> bytes);
  for (let index = 1; index < bytes; index += 1) value = value * 256 + (head[offset + index] ?? 0);
  return { bytes, value };
}

/**
 * Whether a file has MP4 fragments without the box that describes the tracks: ISO/IEC 14496-12, 8.8
 * and 8.16.2.
 */
function isLaterMp4(head: Uint8Array): boolean {
  const isFragment = ['moof', 'styp', 'sidx', 'prft'].some((box) => hasBytes(head, 4, box));
  return isFragment && !Buffer.from(head.buffer, head.byteOffset, head.byteLength).includes('moov');
}

function isLaterOgg(head: Uint8Array): boolean {
  return hasBytes(head, 0, 'OggS') && ((head[OGG_FLAGS_OFFSET] ?? 0) & OGG_FIRST_PAGE) === 0;
}
