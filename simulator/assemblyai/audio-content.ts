import { createHash } from 'node:crypto';
import type { Sample } from '../samples.js';
import type { Recognition } from '../sounds/found-sound.js';
import { isWav } from '../sounds/wav.js';

/** Facts about a recording that were collected while its bytes were read. */
export interface AudioContent {
  readonly sha256: string;
  readonly bytes: number;
  /** The first bytes: enough for a WAV header, and to recognize a web page. */
  readonly head: Buffer;
  /** The whole recording, only as long as it is needed, and when it is not too large. */
  readonly whole: Buffer | null;
  /** Samples in it; null when none were searched for. */
  readonly recognition: Recognition<Sample> | null;
}

/** Which recordings are kept in memory while they are read. */
export interface Keeping {
  readonly maxBytes: number;
  /** Whether to keep other formats than WAV. */
  readonly anyFormat: boolean;
}

export const KEEP_NOTHING: Keeping = { maxBytes: 0, anyFormat: false };

const HEAD_BYTES = 64;

/** Assumed for compressed audio: 128 kbit/s. */
const BYTES_PER_SECOND_GUESS = 16_000;

const BYTE_RATE_OFFSET = 28;
const WAV_HEADER_BYTES = 44;

/** Reads a recording to its end; its bytes are kept if they are wanted. */
export async function readAudio(
  source: AsyncIterable<unknown> | Iterable<unknown>,
  { maxBytes, anyFormat }: Keeping,
): Promise<AudioContent> {
  const hash = createHash('sha256');
  let bytes = 0;
  let head = Buffer.alloc(0);
  let kept: Buffer[] | null = [];
  for await (const part of source) {
    const chunk = toBuffer(part);
    hash.update(chunk);
    bytes += chunk.length;
    if (head.length < HEAD_BYTES) {
      head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
    }
    kept = bytes <= maxBytes && (anyFormat || isWav(head)) ? kept : null;
    kept?.push(chunk);
  }
  const whole = kept === null ? null : Buffer.concat(kept);
  return { sha256: hash.digest('hex'), bytes, head, whole, recognition: null };
}

function toBuffer(part: unknown): Buffer {
  if (Buffer.isBuffer(part)) {
    return part;
  }
  if (part instanceof Uint8Array) {
    return Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  }
  throw new TypeError('A recording must arrive as bytes.');
}

/**
 * Returns the error that the real provider's job ends with when the file is certainly not audio;
 * null when it may be audio.
 */
export function notAudioError({ bytes, head }: AudioContent): string | null {
  if (bytes === 0) {
    return notAudio('inode/x-empty');
  }
  return head.toString('latin1').trimStart().startsWith('<') ? notAudio('text/html') : null;
}

const notAudio = (type: string): string =>
  `File does not appear to contain audio. File type is ${type}. Please check the URL or file.`;

/**
 * Returns the exact duration of a recording that is recognized, or an estimate by the size of the
 * file; at least one second.
 */
export function durationSecondsOf({ bytes, head, recognition }: AudioContent): number {
  if (recognition?.seconds != null && recognition.sounds.length > 0) return Math.max(1, recognition.seconds);
  const isWav =
    head.length >= WAV_HEADER_BYTES &&
    head.toString('latin1', 0, 4) === 'RIFF' &&
    head.toString('latin1', 8, 16) === 'WAVEfmt ';
  const bytesPerSecond = isWav ? head.readUInt32LE(BYTE_RATE_OFFSET) : BYTES_PER_SECOND_GUESS;
  return Math.max(1, bytes / Math.max(1, bytesPerSecond));
}
