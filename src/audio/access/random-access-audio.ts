import { setImmediate as nextIteration } from 'node:timers/promises';
import { addAbortSignal } from 'node:stream';
import { AudioUnavailableError } from '../audio-error.js';
import type { AudioStorage, ByteRange } from '../audio-storage.js';
import { readWithin } from '../fetch-audio.js';

/** A recording of which any part can be read, without reading what lies before it. */
export interface RandomAccessAudio {
  /** Size of the recording. */
  readonly bytes: number;
  /**
   * Reads a part of the recording into memory.
   *
   * @param range lies within the recording
   * @returns exactly the bytes of the range
   * @throws when the recording cannot be read, or `signal` aborts
   */
  read(range: ByteRange, signal: AbortSignal): Promise<Buffer>;
}

/** Gives access to a recording in the store: a file of the folder, or an object of the bucket. */
export function storedAudio(
  storage: AudioStorage,
  { key, bytes }: { key: string; bytes: number },
): RandomAccessAudio {
  return {
    bytes,
    async read({ start, end }, signal) {
      signal.throwIfAborted();
      const opened = await storage.open(key, { start, end });
      const wanted = end - start + 1;
      const read = await readWithin(addAbortSignal(signal, opened.stream), wanted);
      if (read?.byteLength !== wanted) throw new AudioUnavailableError(key);
      return read;
    },
  };
}

/** Gives access to a recording in memory. */
export function audioInMemory(recording: Buffer): RandomAccessAudio {
  return {
    bytes: recording.byteLength,
    async read({ start, end }, signal) {
      // A parser that never waits would hold the event loop for a whole recording.
      await nextIteration();
      signal.throwIfAborted();
      return recording.subarray(start, end + 1);
    },
  };
}
