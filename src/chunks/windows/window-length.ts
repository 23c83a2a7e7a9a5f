import { MAX_INLINE_AUDIO_BYTES } from '../../providers/inline-audio.js';
import { MAX_STRETCH } from './plan-windows.js';

/** Facts about a recording by which its bytes a second are known. */
export interface RecordingSize {
  /** Null: the recording is at a caller's URL. */
  bytes: number | null;
  seconds: number | null;
  /** Null when it is not known. */
  codec: string | null;
}

/** Selects the facts of the chunk `c`. */
export const RECORDING_SIZE = `json_build_object('bytes', c.audio_bytes, 'seconds', c.audio_seconds, 'codec', c.audio_codec)`;

/** Bytes a second where the size is not known: WAV of 16 kHz, 16 bits, one channel. */
const USUAL_BYTES_PER_SECOND = 32_000;
/** Most that MP3 has, and compressed speech in any format. A film has more, as it has pictures. */
const MAX_COMPRESSED_BYTES_PER_SECOND = 40_000;
/** Codecs with as many bytes for silence as for music. */
const UNCOMPRESSED = /^(?:pcm|flac|ulaw|alaw)/;
/** Share of a request that the average window may use: a part may have more bytes than others. */
const USABLE_SHARE = 0.8;
/** Shorter windows have too little context; one that does not fit is corrected from its text. */
const MIN_SECONDS = 10;

/**
 * Returns the target length of a recording's windows, in seconds: what is configured, or less where
 * the sound of such a window would not fit into a request.
 */
export function windowSeconds(configured: number, size: RecordingSize): number {
  const longest = (MAX_INLINE_AUDIO_BYTES * USABLE_SHARE) / (bytesPerSecond(size) * MAX_STRETCH);
  return Math.max(Math.min(configured, Math.floor(longest)), MIN_SECONDS);
}

/** Estimates how many bytes a second of a recording's sound has. */
export function bytesPerSecond({ bytes, seconds, codec }: RecordingSize): number {
  if (bytes === null || seconds === null || seconds <= 0) return USUAL_BYTES_PER_SECOND;
  const average = bytes / seconds;
  return codec === null || UNCOMPRESSED.test(codec)
    ? average
    : Math.min(average, MAX_COMPRESSED_BYTES_PER_SECOND);
}
