import type { MediaType } from './signatures.js';

/** Consecutive matching frames that rule out a coincidence; a header has some twenty fixed bits. */
const MIN_CONSECUTIVE_FRAMES = 4;

const SYNC_BYTE = 0xff;
const MPEG_HEADER_BYTES = 4;

/** The first eleven bits of a frame of MPEG audio. */
const MPEG_SYNC = 0xffe0;
const ADTS_HEADER_BYTES = 7;
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

interface Frame {
  bytes: number;
  /** Must be the same in all frames of a stream. */
  kind: number;
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
 * Bit rates in kbit/s, by version (1, or 2 and 2.5) and layer: ISO/IEC 11172-3, 2.4.2.3, and
 * 13818-3, 2.4.2.3.
 */
const BIT_RATES: Readonly<Record<string, readonly number[]>> = {
  '1-1': [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1-2': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1-3': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2-1': [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2-2': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2-3': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const SAMPLE_RATES: readonly number[] = [44_100, 48_000, 32_000];

/** Version 2 halves the sample rates, and version 2.5 quarters them. */
const SAMPLE_RATE_DIVISORS: readonly number[] = [4, 0, 2, 1];

function mpegFrame(head: Uint8Array, offset: number): Frame | undefined {
  if (offset + MPEG_HEADER_BYTES > head.length) return undefined;
  const [sync = 0, second = 0, third = 0] = head.subarray(offset, offset + MPEG_HEADER_BYTES);
  if (((sync << 8) | second) < MPEG_SYNC) return undefined;
  const divisor = SAMPLE_RATE_DIVISORS[(second >> 3) & 3] ?? 0;
  const layer = 4 - ((second >> 1) & 3);
  const bitRate = BIT_RATES[`${divisor === 1 ? 1 : 2}-${layer}`]?.[third >> 4] ?? 0;
  const fullRate = SAMPLE_RATES[(third >> 2) & 3] ?? 0;
  if (bitRate * fullRate * divisor === 0) return undefined;
  const sampleRate = fullRate / divisor;
  const bytes = mpegFrameBytes({ layer, bitRate, sampleRate, isFirstVersion: divisor === 1 });
  const padding = ((third >> 1) & 1) * (layer === 1 ? 4 : 1);
  return { bytes: bytes + padding, kind: ((second & 0x1e) << 8) | (third & 0x0c) };
}

/**
 * Computes the length of a frame without padding. Layer I counts units of 4 bytes; version 2 and
 * later halve layer III.
 */
function mpegFrameBytes(options: {
  layer: number;
  bitRate: number;
  sampleRate: number;
  isFirstVersion: boolean;
}): number {
  const { layer, sampleRate, isFirstVersion } = options;
  const bitRate = options.bitRate * 1_000;
  if (layer === 1) return Math.floor((12 * bitRate) / sampleRate) * 4;
  return Math.floor(((layer === 3 && !isFirstVersion ? 72 : 144) * bitRate) / sampleRate);
}

/** Reads a frame header by ISO/IEC 14496-3, 1.A.2.2. */
function adtsFrame(head: Uint8Array, offset: number): Frame | undefined {
  if (offset + ADTS_HEADER_BYTES > head.length) return undefined;
  const [sync = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = head.subarray(
    offset,
    offset + ADTS_HEADER_BYTES,
  );
  if (sync !== SYNC_BYTE || (second & 0xf6) !== 0xf0) return undefined;
  const bytes = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5);
  return bytes < ADTS_HEADER_BYTES ? undefined : { bytes, kind: ((second & 0x08) << 8) | (third & 0xfc) };
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
