import { hasBytes } from './signatures.js';

/** Elements of Matroska that follow its header: https://www.rfc-editor.org/rfc/rfc9559#section-27.1 */
const CLUSTER = '\x1f\x43\xb6\x75';
const CUES = '\x1c\x53\xbb\x6b';
const SIMPLE_BLOCK = '\xa3';
const BLOCK_GROUP = '\xa0';

/** Tracks are numbered from one, and a recording has few: the number takes one byte, whose first bit says so. */
const FIRST_TRACK = 0x81;
const LAST_TRACK = 0x8f;

/** Flag of the page that a stream in Ogg begins with: https://www.rfc-editor.org/rfc/rfc3533#section-6 */
const OGG_FLAGS_AT = 5;
const OGG_FIRST_PAGE = 0x02;

/**
 * Tells a piece of a recording that lacks its beginning, which says how the rest is to be decoded: a browser's MediaRecorder
 * hands out such pieces when it is given a timeslice.
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

/** A number of EBML, up to four bytes long: its first bit that is set says how many. https://www.rfc-editor.org/rfc/rfc8794#section-4 */
function readSize(head: Uint8Array, at: number): { bytes: number; value: number } | undefined {
  const first = head[at] ?? 0;
  const bytes = Math.clz32(first) - 23;
  if (bytes > 4) return undefined;
  let value = first & (0xff >> bytes);
  for (let index = 1; index < bytes; index += 1) value = value * 256 + (head[at + index] ?? 0);
  return { bytes, value };
}

/** Fragments of MP4 without the box that describes the tracks: ISO/IEC 14496-12, 8.8 and 8.16.2. */
function isLaterMp4(head: Uint8Array): boolean {
  const isFragment = ['moof', 'styp', 'sidx', 'prft'].some((box) => hasBytes(head, 4, box));
  return isFragment && !Buffer.from(head.buffer, head.byteOffset, head.byteLength).includes('moov');
}

function isLaterOgg(head: Uint8Array): boolean {
  return hasBytes(head, 0, 'OggS') && ((head[OGG_FLAGS_AT] ?? 0) & OGG_FIRST_PAGE) === 0;
}
