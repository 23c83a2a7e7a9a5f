import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSamplesFolder, KnownSamples, type SampleEncoding } from '../samples.js';
import { flacFrame, flacFrameBodies, flacHeader } from './flac-file.js';

/** The committed encodings; WebM has the packets of Ogg. */
const EXTENSIONS = ['mp3', 'm4a', 'ogg'];
/** A second of silence in each of the formats. */
const SILENCE = 'silence';

/** Reads a file of test/recordings/samples/. */
export function encodingOf(sampleFile: string | null, extension: string): Buffer {
  const name = sampleFile?.replace(/\.wav$/, '') ?? SILENCE;
  return readFileSync(join(findSamplesFolder(), `../test/recordings/samples/${name}.${extension}`));
}

/** Reads a file of samples/. */
export function sampleWav(sampleFile: string): Buffer {
  return readFileSync(join(findSamplesFolder(), sampleFile));
}

/** All samples in all formats that `writeJoinedRecording` writes, for a simulator to know. */
export function sampleEncodings(): SampleEncoding[] {
  const files = KnownSamples.load().manifest.recordings.map(({ file }) => file);
  return [
    ...[...files, null].flatMap((file) =>
      EXTENSIONS.map((extension) => ({ file, bytes: encodingOf(file, extension) })),
    ),
    ...files.map((file) => ({ file, bytes: flacFile(flacFrameBodies(sampleWav(file))) })),
  ];
}

function flacFile(bodies: readonly Buffer[]): Buffer {
  return Buffer.concat([flacHeader(bodies.length), ...bodies.map((body, number) => flacFrame(body, number))]);
}
