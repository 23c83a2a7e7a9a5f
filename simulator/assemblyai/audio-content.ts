import { createHash } from 'node:crypto';
import { isWav } from '../wav.js';

/** Facts about a recording that were collected while its bytes were read. */
export interface AudioContent {
  readonly sha256: string;
  readonly bytes: number;
  /** The first bytes: enough for a WAV header, and to recognize a web page. */
  readonly head: Buffer;
  /** The whole recording, only when it was requested and is not too large. */
  readonly whole: Buffer | null;
}

const HEAD_BYTES = 64;

/** Limit for the slow command-line recognizer: an hour of audio would take it hours. */
const MAX_KEPT_BYTES = 10_000_000;

/** Assumed for compressed audio: 128 kbit/s. */
const BYTES_PER_SECOND_GUESS = 16_000;

const BYTE_RATE_OFFSET = 28;
const WAV_HEADER_BYTES = 44;

/**
 * Reads a recording to its end in constant memory.
 *
 * @param keep whether to keep its bytes, up to 10 MB; a WAV file of up to 10 MB is kept in any
 * case, as known recordings may lie in it
 */
export async function readAudio(
  source: AsyncIterable<unknown> | Iterable<unknown>,
  keep: boolean,
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
    kept = bytes <= MAX_KEPT_BYTES && (keep || isWav(head)) ? kept : null;
    kept?.push(chunk);
  }
  return { sha256: hash.digest('hex'), bytes, head, whole: kept === null ? null : Buffer.concat(kept) };
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

/** Returns the exact duration of a WAV file, or an estimate; at least one second. */
export function durationSecondsOf({ bytes, head }: AudioContent): number {
  const isWav =
    head.length >= WAV_HEADER_BYTES &&
    head.toString('latin1', 0, 4) === 'RIFF' &&
    head.toString('latin1', 8, 16) === 'WAVEfmt ';
  const bytesPerSecond = isWav ? head.readUInt32LE(BYTE_RATE_OFFSET) : BYTES_PER_SECOND_GUESS;
  return Math.max(1, bytes / Math.max(1, bytesPerSecond));
}
