import { setTimeout as sleep } from 'node:timers/promises';
import { AudioMissingError, AudioRangeError, InvalidAudioKeyError } from '../audio-error.js';
import type { RandomAccessAudio } from './random-access-audio.js';

/** Pauses before a failed read is repeated: a connection was lost, or a server is restarting. */
export const PAUSES_MS = [200, 1_000];

/** A read failed. `message` is a clause for people, without a URL. */
export class AudioReadError extends Error {
  override readonly name = 'AudioReadError';

  /** @param reason whether another attempt may help */
  constructor(
    message: string,
    readonly reason: 'passing' | 'lasting',
  ) {
    super(message);
  }
}

/** Repeats reads of a recording that failed in transit. */
export function readingAgain(audio: RandomAccessAudio): RandomAccessAudio {
  return {
    bytes: audio.bytes,
    async read(range, signal) {
      for (const pauseMs of PAUSES_MS) {
        try {
          return await audio.read(range, signal);
        } catch (error) {
          if (isLasting(error)) throw error;
          await sleep(pauseMs, undefined, { signal });
        }
      }
      return audio.read(range, signal);
    },
  };
}

function isLasting(error: unknown): boolean {
  if (error instanceof AudioReadError) return error.reason === 'lasting';
  return [AudioMissingError, AudioRangeError, InvalidAudioKeyError].some((kind) => error instanceof kind);
}
