import {
  type EncodedPacket,
  EncodedPacketSink,
  FLAC,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  WEBM,
  type Input,
  type InputAudioTrack,
  type InputFormat,
} from 'mediabunny';
import { Deadline } from '../../deadlines/deadline.js';
import { openMedia } from '../access/media-input.js';
import type { RandomAccessAudio } from '../access/random-access-audio.js';
import { mp3Seconds } from '../frames/mp3-seconds.js';
import { CONTAINER_NAMES, type RecordingFacts } from './recording-facts.js';

/**
 * Result of reading a file. `unknown`: it could not be read, or not within the limits, which
 * says nothing about whether a provider can.
 */
export type Finding =
  | { kind: 'facts'; facts: RecordingFacts }
  | { kind: 'no_audio_track' }
  | { kind: 'no_sound' }
  | { kind: 'unknown' };

/** An upload waits for its facts; a bucket answers a read within a tenth of a second. */
const TIMEOUT_MS = 5_000;

/** The index of a film of hours has some megabytes, and precedes what is known of its tracks. */
const MAX_READ_BYTES = 8_388_608;

/**
 * A file without a length is read as a whole up to this size, which is half an hour of a browser's
 * recording. Of a longer one the provider tells the length.
 */
const MAX_SCANNED_BYTES = 4_194_304;

/** Containers that name all their tracks, also those in codecs that the library does not know. */
const COMPLETE_TRACK_LISTS: ReadonlySet<InputFormat> = new Set([MP4, QTFF, MATROSKA, WEBM]);

/**
 * Names of codecs in the track list of Matroska. The library leaves out tracks that are compressed.
 */
const MATROSKA_SOUND = /A_[A-Z0-9]{2}/;
const TRACK_LIST_BYTES = 65_536;

/**
 * A file without sound has headers only. In a larger one there may be sound that the library cannot
 * find: behind a header that an interrupted recorder has not completed, or in a part that is cut.
 */
const MAX_SILENT_BYTES = 1_024;
/** Encoders of FLAC leave room for later tags, and its frames are found one by one. */
const MAX_SILENT_FLAC_BYTES = 16_384;

/**
 * Reads container, codec, channels, sample rate and length of a recording, in a few reads and at
 * most some megabytes, mostly less than one.
 *
 * @returns failures of reading and broken files as `unknown`; they are never thrown
 * @throws the caller's own abort reason when `signal` aborts
 */
export async function readFacts(
  audio: RandomAccessAudio,
  { signal: caller, timeoutMs = TIMEOUT_MS }: { signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<Finding> {
  const deadline = new Deadline({ timeoutMs, signal: caller });
  const { signal } = deadline;
  const input = openMedia(audio, { signal, maxReadBytes: MAX_READ_BYTES });
  try {
    return await inspect(input, audio, signal);
  } catch {
    // An error of the library, for a broken file, or of the store.
    caller?.throwIfAborted();
    return { kind: 'unknown' };
  } finally {
    input.dispose();
    deadline.dispose();
  }
}

async function inspect(input: Input, audio: RandomAccessAudio, signal: AbortSignal): Promise<Finding> {
  const format = await input.getFormat();
  const track = await input.getPrimaryAudioTrack();
  if (track === null) {
    return { kind: (await hasNoSoundTrack(input, format, audio, signal)) ? 'no_audio_track' : 'unknown' };
  }
  if (await isSilent(track, format, audio.bytes)) return { kind: 'no_sound' };
  return {
    kind: 'facts',
    facts: {
      container: CONTAINER_NAMES.get(format) ?? 'other',
      codec: await track.getCodec(),
      channels: await track.getNumberOfChannels(),
      sampleRate: await track.getSampleRate(),
      seconds: await secondsOf(track, format, audio, signal),
    },
  };
}

async function hasNoSoundTrack(
  input: Input,
  format: InputFormat,
  audio: RandomAccessAudio,
  signal: AbortSignal,
): Promise<boolean> {
  if (!COMPLETE_TRACK_LISTS.has(format) || (await input.getVideoTracks()).length === 0) return false;
  if (format === MP4 || format === QTFF) return true;
  const head = await audio.read({ start: 0, end: Math.min(TRACK_LIST_BYTES, audio.bytes) - 1 }, signal);
  return !MATROSKA_SOUND.test(head.toString('latin1'));
}

/** Whether the file holds headers and nothing else. */
async function isSilent(track: InputAudioTrack, format: InputFormat, bytes: number): Promise<boolean> {
  if (bytes > (format === FLAC ? MAX_SILENT_FLAC_BYTES : MAX_SILENT_BYTES)) return false;
  return (await firstPacket(track)) === null;
}

async function firstPacket(track: InputAudioTrack): Promise<EncodedPacket | null> {
  return new EncodedPacketSink(track).getFirstPacket({ metadataOnly: true });
}

/** @returns null when the length is not known within the limits */
async function secondsOf(
  track: InputAudioTrack,
  format: InputFormat,
  audio: RandomAccessAudio,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const declared = format === MP3 ? await mp3Seconds(audio, signal) : await track.getDurationFromMetadata();
    if (isLength(declared)) return toMilliseconds(declared);
    // The length of Ogg is in its last page, which is found from the end.
    if (format !== OGG && audio.bytes > MAX_SCANNED_BYTES) return null;
    // Without a first frame the library would search a FLAC forever.
    const first = await firstPacket(track);
    if (first === null) return null;
    // The times of a stream start where its broadcast was at that moment.
    const computed = (await track.computeDuration()) - Math.max(0, first.timestamp);
    return isLength(computed) ? toMilliseconds(computed) : null;
  } catch {
    // The other facts are known all the same.
    return null;
  }
}

function isLength(seconds: number | null | undefined): seconds is number {
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0;
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
