import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSamplesFolder, KnownSamples, type Sample } from '../../simulator/samples.js';
import { readWav } from '../../simulator/wav.js';

export const SAMPLES = KnownSamples.load().manifest.recordings;

const HEADER_BYTES = 44;
/** Silence after each sample: a pause of the recognizer's words. */
const SILENCE_SECONDS = 1;

export interface JoinedRecording {
  audio: Uint8Array<ArrayBuffer>;
  heard: string;
  corrected: string;
  correctedRedacted: string;
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
