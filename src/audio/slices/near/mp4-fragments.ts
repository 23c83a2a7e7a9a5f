import { assembledAudio } from '../../access/assembled-audio.js';
import type { RandomAccessAudio } from '../../access/random-access-audio.js';
import { bisect, type Place } from './bisect.js';
import { INTERLEAVING_SECONDS, type NearPart, type NearRequest } from './near-request.js';
import { readUpTo, searchBytes } from './search-bytes.js';

/** The header of a box, with a size of 64 bits: ISO/IEC 14496-12, 4.2. */
const BOX_HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;
const HAS_LARGE_SIZE = 1;

/** Behind the size of a fragment: its name, and the header of its first box, of a fixed size. */
const FRAGMENT_START = Buffer.from('moof\0\0\0\x10mfhd', 'latin1');

/** Boxes of all tracks up to the time of the one with the sound: a table for some seconds. */
const MAX_FRAGMENT_HEAD_BYTES = 131_072;
/** Boxes before the first fragment: a file has some five. */
const MAX_BOXES = 1_000;

interface Box {
  name: string;
  bytes: number;
  /** Place where its content begins. */
  start: number;
}

/**
 * Finds a fragment shortly before a time, in a file of fragments that carry their times. What lies
 * before it is declared free, so that all bytes stay at their places.
 */
export async function nearFragment(request: Omit<NearRequest, 'format'>): Promise<NearPart | undefined> {
  const { audio, track, signal } = request;
  const first = await firstFragment(audio, signal);
  if (first === undefined) return undefined;
  const sound = { trackId: track.id, unitSeconds: 1 / (await track.getTimeResolution()) };
  const range = { from: first + LARGE_HEADER_BYTES, to: audio.bytes };
  const seconds = request.seconds - INTERLEAVING_SECONDS;
  const place = await bisect({ ...range, seconds }, (from, to) =>
    searchBytes(audio, { from, to, overlapBytes: MAX_FRAGMENT_HEAD_BYTES, signal }, (window, limit) =>
      findFragment(window, limit, sound),
    ),
  );
  if (place === undefined) return undefined;
  const gap = Buffer.alloc(LARGE_HEADER_BYTES);
  gap.writeUInt32BE(HAS_LARGE_SIZE, 0);
  gap.write('free', 4, 'latin1');
  gap.writeBigUInt64BE(BigInt(place.offset - first), BOX_HEADER_BYTES);
  return {
    audio: assembledAudio(audio, [
      { start: 0, end: first - 1 },
      gap,
      { start: first + LARGE_HEADER_BYTES, end: audio.bytes - 1 },
    ]),
    startSeconds: 0,
  };
}

/** @returns undefined when the file does not consist of fragments */
async function firstFragment(audio: RandomAccessAudio, signal: AbortSignal): Promise<number | undefined> {
  let offset = 0;
  for (let count = 0; count < MAX_BOXES; count += 1) {
    const box = readBox(await readUpTo(audio, offset, LARGE_HEADER_BYTES, signal), 0);
    if (box === undefined || box.name === 'mdat') return undefined;
    if (box.name === 'moof') return offset;
    offset += box.bytes;
  }
  return undefined;
}

function findFragment(
  window: Buffer,
  limit: number,
  sound: { trackId: number; unitSeconds: number },
): Place | undefined {
  for (
    let name = window.indexOf(FRAGMENT_START, 4);
    name !== -1 && name - 4 < limit;
    name = window.indexOf(FRAGMENT_START, name + 1)
  ) {
    const offset = name - 4;
    const units = timeOf(window, offset, sound.trackId);
    if (units !== undefined) return { offset, seconds: units * sound.unitSeconds };
  }
  return undefined;
}

/** Reads the time at which a track begins in a fragment: ISO/IEC 14496-12, 8.8.12. */
function timeOf(window: Buffer, fragment: number, trackId: number): number | undefined {
  const moof = readBox(window, fragment);
  for (const traf of boxesIn(window, moof)) {
    if (traf.name !== 'traf') continue;
    const boxes = [...boxesIn(window, traf)];
    const tfhd = boxes.find(({ name }) => name === 'tfhd');
    const tfdt = boxes.find(({ name }) => name === 'tfdt');
    if (tfhd === undefined || tfdt === undefined || tfdt.start + 12 > window.length) continue;
    if (window.readUInt32BE(tfhd.start + 4) !== trackId) continue;
    const isLong = window.readUInt8(tfdt.start) === 1;
    return isLong ? Number(window.readBigUInt64BE(tfdt.start + 4)) : window.readUInt32BE(tfdt.start + 4);
  }
  return undefined;
}

/** Lists the boxes in a box, as far as the window goes. */
function* boxesIn(window: Buffer, outer: Box | undefined): Generator<Box> {
  if (outer === undefined) return;
  const headerBytes = BOX_HEADER_BYTES;
  const end = Math.min(outer.start - headerBytes + outer.bytes, window.length);
  let offset = outer.start;
  while (offset < end) {
    const box = readBox(window, offset);
    if (box === undefined) return;
    yield box;
    offset += box.bytes;
  }
}

function readBox(bytes: Buffer, offset: number): Box | undefined {
  if (offset + BOX_HEADER_BYTES > bytes.length) return undefined;
  const size = bytes.readUInt32BE(offset);
  const name = bytes.toString('latin1', offset + 4, offset + BOX_HEADER_BYTES);
  if (size >= BOX_HEADER_BYTES) return { name, bytes: size, start: offset + BOX_HEADER_BYTES };
  if (size !== HAS_LARGE_SIZE || offset + LARGE_HEADER_BYTES > bytes.length) return undefined;
  const large = Number(bytes.readBigUInt64BE(offset + BOX_HEADER_BYTES));
  return large < LARGE_HEADER_BYTES ? undefined : { name, bytes: large, start: offset + LARGE_HEADER_BYTES };
}
