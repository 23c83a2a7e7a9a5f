import { adtsFrame, type Frame, mpegFrame } from './frames/frame-headers.js';
import type { MediaType } from './signatures.js';

/** Consecutive matching frames that rule out a coincidence; a header has some twenty fixed bits. */
const MIN_CONSECUTIVE_FRAMES = 4;

const SYNC_BYTE = 0xff;
const TS_PACKET_BYTES = 188;
const TS_SYNC_BYTE = 0x47;

/**
 * Finds audio frames anywhere in a file: behind junk, behind a tag of a wrong length, or in a
 * recording that was cut from a stream. Decoders search for the first frame in the same way.
 */
export function findFrames(head: Uint8Array): MediaType | undefined {
  for (let start = head.indexOf(SYNC_BYTE); start !== -1; start = head.indexOf(SYNC_BYTE, start + 1)) {
    if (isRun(head, start, mpegFrame)) return { mimeType: 'audio/mpeg', extension: 'mp3' };
    if (isRun(head, start, adtsFrame)) return { mimeType: 'audio/aac', extension: 'aac' };
  }
  return hasPackets(head) ? { mimeType: 'video/mp2t', extension: 'ts' } : undefined;
}

function isRun(
  head: Uint8Array,
  first: number,
  frameAt: (head: Uint8Array, offset: number) => Frame | undefined,
): boolean {
  const kind = frameAt(head, first)?.kind;
  let offset = first;
  for (let count = 0; count < MIN_CONSECUTIVE_FRAMES; count += 1) {
    const frame = frameAt(head, offset);
    if (frame === undefined || frame.kind !== kind) return false;
    offset += frame.bytes;
  }
  return true;
}

/**
 * Whether the bytes are of an MPEG transport stream, possibly cut within a packet: ISO/IEC 13818-1,
 * 2.4.3.2.
 */
function hasPackets(head: Uint8Array): boolean {
  for (let first = 0; first < TS_PACKET_BYTES; first += 1) {
    let count = 0;
    while (count <= MIN_CONSECUTIVE_FRAMES && head[first + count * TS_PACKET_BYTES] === TS_SYNC_BYTE)
      count += 1;
    if (count > MIN_CONSECUTIVE_FRAMES) return true;
  }
  return false;
}
