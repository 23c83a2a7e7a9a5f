import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { findSamplesFolder, KnownSamples, type Sample } from '../../simulator/samples.js';
import { readWav } from '../../simulator/sounds/wav.js';
import {
  MIME_TYPES,
  samplesOfLength,
  writeJoinedFile,
  type JoinedFormat,
} from '../../simulator/testing/joined-file.js';

export const SAMPLES = KnownSamples.load().manifest.recordings;

const HEADER_BYTES = 44;
/** Silence after each sample: a pause of the recognizer's words. */
const SILENCE_SECONDS = 1;

/** The texts of a recording that was joined from samples. */
interface JoinedTexts {
  heard: string;
  corrected: string;
  correctedRedacted: string;
}

export interface JoinedRecording extends JoinedTexts {
  audio: Uint8Array<ArrayBuffer>;
}

export interface JoinedRecordingFile extends JoinedTexts {
  path: string;
  bytes: number;
  mimeType: string;
  /** Length of the recording. */
  seconds: number;
  /** Its samples, in their order. */
  samples: readonly Sample[];
}

/** Joins samples to one WAV file, with a second of silence between them. */
export function joinedRecording(samples: readonly Sample[]): JoinedRecording {
  const files = samples.map(({ file }) => readFileSync(join(findSamplesFolder(), file)));
  const [first] = files;
  const sounds = files.map((file) => readWav(file));
  const silence = Buffer.alloc((sounds[0]?.bytesPerSecond ?? 0) * SILENCE_SECONDS);
  const data = Buffer.concat(sounds.flatMap((sound) => [sound?.data ?? Buffer.alloc(0), silence]));
  const header = Buffer.from(first?.subarray(0, HEADER_BYTES) ?? Buffer.alloc(HEADER_BYTES));
  header.writeUInt32LE(data.length + HEADER_BYTES - 8, 4);
  header.writeUInt32LE(data.length, HEADER_BYTES - 4);
  return {
    audio: new Uint8Array(Buffer.concat([header, data])),
    ...textsOf(samples),
  };
}

/**
 * Writes a recording of any length to a file, in seconds even if it is hours long: the samples,
 * repeated until it has at least `seconds`, with a second of silence after each. The simulator
 * recognizes it, and slices of it, when it was started with `encodings: sampleEncodings()`.
 *
 * @param folder where the file is written, as `joined.<format>`
 */
export async function joinedRecordingFile(
  samples: readonly Sample[],
  { folder, format, seconds }: { folder: string; format: JoinedFormat; seconds: number },
): Promise<JoinedRecordingFile> {
  const path = join(folder, `joined.${format}`);
  const joined = samplesOfLength(samples, seconds);
  const written = await writeJoinedFile(path, joined, format);
  const { size: bytes } = await stat(path);
  return { path, bytes, mimeType: MIME_TYPES[format], seconds: written, samples: joined, ...textsOf(joined) };
}

function textsOf(samples: readonly Sample[]): JoinedTexts {
  return {
    heard: samples.map(({ heard }) => heard).join(' '),
    corrected: samples.map(({ corrected }) => corrected).join(' '),
    correctedRedacted: samples.map(({ correctedRedacted }) => correctedRedacted).join(' '),
  };
}

/** @returns the samples, repeated in their order */
export function repeatedSamples(count: number): Sample[] {
  return samplesAt(Array.from({ length: count }, (_, index) => index % SAMPLES.length));
}

/** @param indexes from 0 */
export function samplesAt(indexes: readonly number[]): Sample[] {
  return indexes.map((index) => SAMPLES[index] ?? failNoSample());
}

function failNoSample(): never {
  throw new Error('there are no samples');
}
