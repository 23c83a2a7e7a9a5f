import { createHash } from 'node:crypto';
import type { RandomAccessAudio } from './random-access-audio.js';

/** A recording that can be read. */
export interface OpenedRecording {
  audio: RandomAccessAudio;
  /**
   * Differs from that of every other recording, and from that of the same one before it changed.
   * Undefined for a recording that is read only once.
   */
  version: string | undefined;
}

/** A recording that cannot be read; `detail` is a clause for people, and contains no URL. */
export interface ClosedRecording {
  omitted: 'unavailable' | 'refused' | 'not_audio';
  detail: string;
}

/** Names a version of a recording by facts that identify it, without revealing them. */
export function versionOf(...facts: (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
