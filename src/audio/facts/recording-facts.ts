import { ADTS, FLAC, MATROSKA, MP3, MP4, MPEG_TS, OGG, QTFF, WAVE, WEBM, type InputFormat } from 'mediabunny';

/** Names of the containers, as they are stored, shown and counted. */
export const CONTAINER_NAMES: ReadonlyMap<InputFormat, string> = new Map<InputFormat, string>([
  [MP4, 'mp4'],
  [QTFF, 'mov'],
  [MATROSKA, 'matroska'],
  [WEBM, 'webm'],
  [WAVE, 'wav'],
  [OGG, 'ogg'],
  [FLAC, 'flac'],
  [MP3, 'mp3'],
  [ADTS, 'adts'],
  [MPEG_TS, 'mpegts'],
]);

/** Facts about a recording, read from the file itself. They hold no speech. */
export interface RecordingFacts {
  /** One of `CONTAINER_NAMES`. */
  container: string;
  /** Null for a codec that the library does not know. */
  codec: string | null;
  channels: number;
  /** Samples a second, of each channel. */
  sampleRate: number;
  /** Length, to the millisecond; null when only reading the whole file would tell. */
  seconds: number | null;
}
