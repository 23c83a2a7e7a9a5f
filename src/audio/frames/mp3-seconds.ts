import type { RandomAccessAudio } from '../access/random-access-audio.js';
import { mpegFrame, type MpegFrame } from './frame-headers.js';
import { skipTags } from './id3.js';

/** Read behind the tags, to find the first frame. */
const SEARCH_BYTES = 65_536;

/** Consecutive frames that rule out a coincidence. */
const MIN_FRAMES = 3;

/**
 * Frames whose places are compared with those of a constant bit rate. A frame of another bit rate
 * shifts all later ones, so that one in some hundred would be at its place by chance.
 */
const COMPARED_FRAMES = 8;
/** Padding adds a byte to some frames, and encoders differ in which. */
const TOLERANCE_BYTES = 2;

/**
 * Share of the file by which the size in a Xing tag may differ: tags at the end do not count. A
 * file that was joined from several still has the tag of its first part.
 */
const SIZE_TOLERANCE = 0.02;

const HAS_FRAME_COUNT = 1;
const HAS_BYTE_COUNT = 2;

interface FirstFrame extends MpegFrame {
  offset: number;
}

/**
 * Computes the length of an MP3 from its Xing tag or, without one, from its size if all its frames
 * have the same bit rate, of which some are compared.
 *
 * @returns undefined when only reading all of it would tell
 */
export async function mp3Seconds(audio: RandomAccessAudio, signal: AbortSignal): Promise<number | undefined> {
  const start = await skipTags(audio, signal);
  const head = await read(audio, start, SEARCH_BYTES, signal);
  const first = firstFrame(head);
  if (first === undefined) return undefined;
  const place = { ...first, offset: start + first.offset };
  const frames =
    xingFrames(head, first, audio.bytes - place.offset) ?? (await constantFrames(audio, place, signal));
  return frames === undefined ? undefined : (frames * first.samples) / first.sampleRate;
}

function firstFrame(head: Uint8Array): FirstFrame | undefined {
  for (let offset = head.indexOf(0xff); offset !== -1; offset = head.indexOf(0xff, offset + 1)) {
    const frame = mpegFrame(head, offset);
    if (frame !== undefined && isFollowed(head, offset, frame)) return { ...frame, offset };
  }
  return undefined;
}

function isFollowed(head: Uint8Array, offset: number, frame: MpegFrame): boolean {
  let next = offset + frame.bytes;
  for (let count = 1; count < MIN_FRAMES; count += 1) {
    const following = mpegFrame(head, next);
    if (following?.kind !== frame.kind) return false;
    next += following.bytes;
  }
  return true;
}

/**
 * Reads the number of frames from the tag of the encoder, which does not count the frame that has
 * the tag: http://gabriel.mp3-tech.org/mp3infotag.html.
 */
function xingFrames(head: Uint8Array, first: FirstFrame, bytes: number): number | undefined {
  const tag = Buffer.from(head).subarray(
    first.offset + first.xingOffset,
    first.offset + first.xingOffset + 16,
  );
  if (tag.length < 16 || !['Xing', 'Info'].includes(tag.toString('latin1', 0, 4))) return undefined;
  const flags = tag.readUInt32BE(4);
  if ((flags & HAS_FRAME_COUNT) === 0) return undefined;
  if ((flags & HAS_BYTE_COUNT) !== 0) {
    const difference = Math.abs(tag.readUInt32BE(12) - bytes);
    if (difference > bytes * SIZE_TOLERANCE) return undefined;
  }
  return tag.readUInt32BE(8);
}

/** Counts the frames by the size of the file, if those that are compared are at their places. */
async function constantFrames(
  audio: RandomAccessAudio,
  first: FirstFrame,
  signal: AbortSignal,
): Promise<number | undefined> {
  const count = Math.round((audio.bytes - first.offset) / first.meanBytes);
  const steps = Array.from({ length: COMPARED_FRAMES }, (_, index) => (index + 1) / (COMPARED_FRAMES + 1));
  const found = await Promise.all(
    steps.map((share) => isAtItsPlace(audio, first, Math.floor(count * share), signal)),
  );
  return found.every(Boolean) ? count : undefined;
}

async function isAtItsPlace(
  audio: RandomAccessAudio,
  first: FirstFrame,
  index: number,
  signal: AbortSignal,
): Promise<boolean> {
  const expected = first.offset + Math.round(index * first.meanBytes) - TOLERANCE_BYTES;
  const bytes = await read(audio, expected, 2 * TOLERANCE_BYTES + 4, signal);
  for (let offset = 0; offset <= 2 * TOLERANCE_BYTES; offset += 1) {
    const frame = mpegFrame(bytes, offset);
    if (frame?.kind === first.kind && frame.meanBytes === first.meanBytes) return true;
  }
  return false;
}

/** @returns fewer bytes at the end of the recording */
async function read(
  audio: RandomAccessAudio,
  start: number,
  bytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  if (start >= audio.bytes) return Buffer.alloc(0);
  return audio.read({ start: Math.max(0, start), end: Math.min(start + bytes, audio.bytes) - 1 }, signal);
}
