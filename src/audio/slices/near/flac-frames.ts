import { assembledAudio } from '../../access/assembled-audio.js';
import type { RandomAccessAudio } from '../../access/random-access-audio.js';
import { skipTags } from '../../frames/id3.js';
import { bisect, type Place } from './bisect.js';
import type { NearPart, NearRequest } from './near-request.js';
import { readUpTo, searchBytes } from './search-bytes.js';

/** `fLaC`, the header of the first metadata block, and the block itself: RFC 9639, 8.1 and 8.2. */
const MARKER_BYTES = 4;
const BLOCK_HEADER_BYTES = 4;
const STREAM_INFO_BYTES = 34;
const LAST_BLOCK = 0x80;

/** A file has some ten metadata blocks. */
const MAX_BLOCKS = 1_000;

/** A header of a frame: RFC 9639, 9.1. */
const MAX_HEADER_BYTES = 16;

/** Bytes behind the coded number, by the codes that announce them: RFC 9639, 9.1.1 and 9.1.2. */
const EXTRA_SIZE_BYTES: ReadonlyMap<number, number> = new Map([
  [6, 1],
  [7, 2],
]);
const EXTRA_RATE_BYTES: ReadonlyMap<number, number> = new Map([
  [12, 1],
  [13, 2],
  [14, 2],
]);

/** Facts about all frames of a file. */
interface StreamInfo {
  /** Samples in each frame, when that is the same number in all of them. */
  blockSamples: number | undefined;
  sampleRate: number;
  maxFrameBytes: number;
}

interface FrameHeader {
  isFixed: boolean;
  /** Number of the frame when all have the same size, of its first sample otherwise. */
  number: number;
  samples: number;
}

/** Finds a frame shortly before a time: the frames are numbered. */
export async function nearFlacFrame(
  request: Omit<NearRequest, 'format' | 'track'>,
): Promise<NearPart | undefined> {
  const { audio, seconds, signal } = request;
  const start = await skipTags(audio, signal);
  const head = await readUpTo(audio, start, MARKER_BYTES + BLOCK_HEADER_BYTES + STREAM_INFO_BYTES, signal);
  const info = readStreamInfo(head);
  const from = await skipBlocks(audio, start + MARKER_BYTES, signal);
  if (info === undefined || from === undefined) return undefined;
  const overlapBytes = info.maxFrameBytes + 2 * MAX_HEADER_BYTES;
  const place = await bisect({ from, to: audio.bytes, seconds }, (low, high) =>
    searchBytes(audio, { from: low, to: high, overlapBytes, signal }, (window, limit) =>
      firstFrame(window, limit, info),
    ),
  );
  if (place === undefined) return undefined;
  // The other metadata blocks, such as pictures, are of no use here.
  head[MARKER_BYTES] = LAST_BLOCK;
  return {
    audio: assembledAudio(audio, [head, { start: place.offset, end: audio.bytes - 1 }]),
    startSeconds: place.seconds,
  };
}

function readStreamInfo(file: Buffer): StreamInfo | undefined {
  const info = file.subarray(MARKER_BYTES + BLOCK_HEADER_BYTES);
  if (info.length < STREAM_INFO_BYTES) return undefined;
  const [minSamples, maxSamples] = [info.readUInt16BE(0), info.readUInt16BE(2)];
  const sampleRate = info.readUIntBE(10, 3) >> 4;
  if (sampleRate === 0 || maxSamples === 0) return undefined;
  const channels = ((info.readUInt8(12) >> 1) & 7) + 1;
  // Uncompressed samples have 4 bytes at most, and one more bit for the difference of two channels.
  const largest = maxSamples * channels * 5 + MAX_HEADER_BYTES;
  return {
    blockSamples: minSamples === maxSamples ? minSamples : undefined,
    sampleRate,
    maxFrameBytes: info.readUIntBE(7, 3) || largest,
  };
}

/** @returns where the frames begin */
async function skipBlocks(
  audio: RandomAccessAudio,
  first: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  let offset = first;
  for (let count = 0; count < MAX_BLOCKS; count += 1) {
    const header = await readUpTo(audio, offset, BLOCK_HEADER_BYTES, signal);
    if (header.length < BLOCK_HEADER_BYTES) return undefined;
    offset += BLOCK_HEADER_BYTES + header.readUIntBE(1, 3);
    if ((header.readUInt8(0) & LAST_BLOCK) !== 0) return offset;
  }
  return undefined;
}

/** Finds a frame that is followed by the one of the next number, which rules out a coincidence. */
function firstFrame(window: Buffer, limit: number, info: StreamInfo): Place | undefined {
  /** Candidates, by the number of the frame that must follow. */
  const expected = new Map<number, Place>();
  for (let offset = window.indexOf(0xff); offset !== -1; offset = window.indexOf(0xff, offset + 1)) {
    const header = readHeader(window, offset);
    if (header === undefined) continue;
    const { isFixed, number, samples } = header;
    const place = expected.get(number);
    if (place !== undefined) return place;
    const first = isFixed ? number * (info.blockSamples ?? NaN) : number;
    if (offset < limit && !Number.isNaN(first)) {
      expected.set(isFixed ? number + 1 : number + samples, { offset, seconds: first / info.sampleRate });
    }
  }
  return undefined;
}

/** @returns undefined when no frame begins at `offset`, or its header is cut off */
function readHeader(window: Buffer, offset: number): FrameHeader | undefined {
  const header = window.subarray(offset, offset + MAX_HEADER_BYTES);
  const coded = isHeaderStart(header) ? readCodedNumber(header, 4) : undefined;
  if (coded === undefined) return undefined;
  const [, strategy = 0, codes = 0] = header;
  const sizeBytes = EXTRA_SIZE_BYTES.get(codes >> 4) ?? 0;
  const end = coded.end + sizeBytes + (EXTRA_RATE_BYTES.get(codes & 15) ?? 0);
  if (end >= header.length || crc8(header.subarray(0, end)) !== header[end]) return undefined;
  const samples = sizeBytes === 0 ? blockSamples(codes >> 4) : header.readUIntBE(coded.end, sizeBytes) + 1;
  return { isFixed: (strategy & 1) === 0, number: coded.value, samples };
}

/** Whether the first four bytes of a header have values that are allowed. */
function isHeaderStart([sync = 0, strategy = 0, codes = 0, channels = 0]: Uint8Array): boolean {
  const hasSync = sync === 0xff && (strategy & 0xfe) === 0xf8;
  const hasCodes = codes >> 4 !== 0 && (codes & 15) !== 15;
  return hasSync && hasCodes && channels >> 4 <= 10 && (channels & 1) === 0;
}

/** Number of samples by its code: RFC 9639, 9.1.1. */
function blockSamples(code: number): number {
  if (code === 1) return 192;
  return code < 6 ? 144 * 2 ** code : 2 ** code;
}

/** Reads a number that is coded as UTF-8 codes characters, with up to 7 bytes: RFC 9639, 9.1.5. */
function readCodedNumber(bytes: Buffer, offset: number): { value: number; end: number } | undefined {
  const first = bytes[offset] ?? 0;
  if (first < 0x80) return { value: first, end: offset + 1 };
  // Number of leading ones, which is that of the bytes.
  const length = Math.clz32(~(first << 24));
  if (length < 2 || length > 7 || offset + length > bytes.length) return undefined;
  let value = first & (0x7f >> length);
  for (const byte of bytes.subarray(offset + 1, offset + length)) {
    if (byte >> 6 !== 2) return undefined;
    value = value * 64 + (byte & 0x3f);
  }
  return { value, end: offset + length };
}

/** Computes the check sum of a header: RFC 9639, 9.1.8. */
function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x80 ? 0x07 : 0)) & 0xff;
  }
  return crc;
}
