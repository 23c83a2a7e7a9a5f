import type { InputAudioTrack, InputFormat } from 'mediabunny';
import type { RandomAccessAudio } from '../../access/random-access-audio.js';

/**
 * Sound may lie before or behind the pictures of its time. A place is searched that much before a
 * part, in containers that mix tracks.
 */
export const INTERLEAVING_SECONDS = 5;

/** A recording without most of what lies before a part of it. */
export interface NearPart {
  audio: RandomAccessAudio;
  /** Added to the times of its packets, to get those in the recording. */
  startSeconds: number;
}

export interface NearRequest {
  audio: RandomAccessAudio;
  format: InputFormat;
  track: InputAudioTrack;
  seconds: number;
  /** Version of the recording, as in `SliceTask`. */
  version?: string | undefined;
  signal: AbortSignal;
}
