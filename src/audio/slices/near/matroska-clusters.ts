import { assembledAudio } from '../../access/assembled-audio.js';
import type { RandomAccessAudio } from '../../access/random-access-audio.js';
import { bisect, type Place } from './bisect.js';
import { INTERLEAVING_SECONDS, type NearPart, type NearRequest } from './near-request.js';
import { readUpTo, searchBytes } from './search-bytes.js';

/** Elements: https://www.rfc-editor.org/rfc/rfc9559#section-27.1 and RFC 8794, 11.3. */
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const CLUSTER = 0x1f43b675;
const CLUSTER_ID = Buffer.from('1f43b675', 'hex');
const CRC_32 = 0xbf;
const CRC_32_BYTES = 6;
const TIMESTAMP = 0xe7;
const VOID = 0xec;
const VOID_HEADER_BYTES = 9;

const DEFAULT_TIMESTAMP_SCALE = 1_000_000;
const NANOSECONDS = 1e9;

/** Longest header of an element: an id of 4 bytes, and a size of 8. */
const MAX_HEADER_BYTES = 12;
/** From the id of a cluster to the end of its time. */
const MAX_CLUSTER_HEAD_BYTES = 32;
/** The element about the recording holds some numbers and names. */
const MAX_INFO_BYTES = 65_536;
/** Elements before the first cluster: a file has some ten. */
const MAX_ELEMENTS = 1_000;

interface Header {
  firstCluster: number;
  /** Seconds in a unit of the times of clusters. */
  unitSeconds: number;
}

interface Element {
  id: number;
  /** Undefined when it is not known. */
  bytes: number | undefined;
  /** Place where its content begins. */
  start: number;
}

/**
 * Finds a cluster shortly before a time: each carries its time. What lies before it is declared
 * void, so that all bytes stay at their places.
 */
export async function nearCluster(
  request: Omit<NearRequest, 'format' | 'track'>,
): Promise<NearPart | undefined> {
  const { audio, signal } = request;
  const header = await readHeader(audio, signal);
  if (header === undefined) return undefined;
  const { firstCluster, unitSeconds } = header;
  const range = { from: firstCluster + VOID_HEADER_BYTES, to: audio.bytes };
  const seconds = request.seconds - INTERLEAVING_SECONDS;
  const place = await bisect({ ...range, seconds }, (from, to) =>
    searchBytes(audio, { from, to, overlapBytes: MAX_CLUSTER_HEAD_BYTES, signal }, (window, limit) =>
      findCluster(window, limit, unitSeconds),
    ),
  );
  if (place === undefined) return undefined;
  const gap = Buffer.alloc(VOID_HEADER_BYTES);
  gap.writeUInt8(VOID, 0);
  gap.writeUInt8(0x01, 1);
  gap.writeUIntBE(place.offset - firstCluster - VOID_HEADER_BYTES, 3, 6);
  return {
    audio: assembledAudio(audio, [
      { start: 0, end: firstCluster - 1 },
      gap,
      { start: firstCluster + VOID_HEADER_BYTES, end: audio.bytes - 1 },
    ]),
    startSeconds: 0,
  };
}

async function readHeader(audio: RandomAccessAudio, signal: AbortSignal): Promise<Header | undefined> {
  let offset = 0;
  let scale = DEFAULT_TIMESTAMP_SCALE;
  for (let count = 0; count < MAX_ELEMENTS; count += 1) {
    const element = readElement(await readUpTo(audio, offset, MAX_HEADER_BYTES, signal), 0);
    if (element === undefined) return undefined;
    const start = offset + element.start;
    if (element.id === CLUSTER) return { firstCluster: offset, unitSeconds: scale / NANOSECONDS };
    if (element.id === INFO && element.bytes !== undefined) {
      scale =
        readScale(await readUpTo(audio, start, Math.min(element.bytes, MAX_INFO_BYTES), signal)) ?? scale;
    }
    // The clusters are inside the segment.
    if (element.id === SEGMENT) offset = start;
    else if (element.bytes === undefined) return undefined;
    else offset = start + element.bytes;
  }
  return undefined;
}

function readScale(info: Buffer): number | undefined {
  for (let offset = 0; offset < info.length;) {
    const element = readElement(info, offset);
    if (element?.bytes === undefined) return undefined;
    const end = element.start + element.bytes;
    if (element.id === TIMESTAMP_SCALE) return readNumber(info.subarray(element.start, end));
    offset = end;
  }
  return undefined;
}

function findCluster(window: Buffer, limit: number, unitSeconds: number): Place | undefined {
  for (
    let offset = window.indexOf(CLUSTER_ID);
    offset !== -1 && offset < limit;
    offset = window.indexOf(CLUSTER_ID, offset + 1)
  ) {
    let start = readElement(window, offset)?.start ?? window.length;
    if (window[start] === CRC_32) start += CRC_32_BYTES;
    const time = readElement(window, start);
    if (time?.id === TIMESTAMP && time.bytes !== undefined && time.bytes <= 8) {
      const units = readNumber(window.subarray(time.start, time.start + time.bytes));
      return { offset, seconds: units * unitSeconds };
    }
  }
  return undefined;
}

/** Reads the header of an element: https://www.rfc-editor.org/rfc/rfc8794#section-6 */
function readElement(bytes: Buffer, offset: number): Element | undefined {
  const idBytes = Math.clz32(bytes[offset] ?? 0) - 23;
  const sizeOffset = offset + idBytes;
  const sizeBytes = Math.clz32(bytes[sizeOffset] ?? 0) - 23;
  const start = sizeOffset + sizeBytes;
  if (idBytes > 4 || sizeBytes > 8 || start > bytes.length) return undefined;
  // The first byte has the marker of the length.
  const first = (bytes[sizeOffset] ?? 0) & (0xff >> sizeBytes);
  const size = readNumber([first, ...bytes.subarray(sizeOffset + 1, start)]);
  // All ones: the size is not known.
  const isKnown = size < 2 ** (7 * sizeBytes) - 1;
  return { id: readNumber(bytes.subarray(offset, sizeOffset)), bytes: isKnown ? size : undefined, start };
}

function readNumber(bytes: Iterable<number>): number {
  return [...bytes].reduce((value, byte) => value * 256 + byte, 0);
}
