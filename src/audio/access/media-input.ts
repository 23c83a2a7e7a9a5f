import {
  ADTS,
  CustomSource,
  FLAC,
  Input,
  Logging,
  LogLevel,
  MATROSKA,
  MP3,
  MP4,
  MPEG_TS,
  OGG,
  QTFF,
  WAVE,
  WEBM,
  type InputFormat,
} from 'mediabunny';
import type { RandomAccessAudio } from './random-access-audio.js';

// The library prints notes about files that it cannot read, and a recording is no one's business.
Logging.level = LogLevel.Silent;

/** All formats of the library except HLS, as a playlist would have it load other files. */
const FORMATS: InputFormat[] = [MP4, QTFF, MATROSKA, WEBM, WAVE, OGG, FLAC, MP3, ADTS, MPEG_TS];

/**
 * Bytes that the library keeps of a file. It reads blocks of 64 KiB to 192 KiB, and returns to the
 * last few of them.
 */
const CACHE_BYTES = 524_288;

/** The limit of `maxReadBytes` was reached. */
class ReadLimitError extends Error {
  override readonly name = 'ReadLimitError';

  constructor() {
    super('more of the recording would have to be read than is allowed');
  }
}

export interface MediaInputOptions {
  /** Aborts all reads. */
  signal: AbortSignal;
  /** Largest number of bytes that is read, in total. */
  maxReadBytes: number;
}

/**
 * Opens a recording for the library that reads containers. Call `dispose` at the end.
 *
 * The library throws errors of any kind for broken files: catch them, and treat the file as
 * unknown.
 */
export function openMedia(audio: RandomAccessAudio, options: MediaInputOptions): Input {
  const { signal, maxReadBytes } = options;
  let readBytes = 0;
  const source = new CustomSource({
    getSize: () => audio.bytes,
    read: async (start, end) => {
      readBytes += end - start;
      if (readBytes > maxReadBytes) throw new ReadLimitError();
      return audio.read({ start, end: end - 1 }, signal);
    },
    maxCacheSize: CACHE_BYTES,
    prefetchProfile: 'fileSystem',
    // A failed read ahead is reported again by the read that needs its bytes.
    handleUnhandledError: () => undefined,
  });
  return new Input({ source, formats: FORMATS });
}
