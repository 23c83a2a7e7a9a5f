import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KnownSamples } from '../simulator/samples.js';
import { sampleEncodings } from '../simulator/testing/sample-encodings.js';
import {
  joinedRecording,
  joinedRecordingFile,
  repeatedSamples,
  SAMPLES,
} from './support/joined-recording.js';

const known = KnownSamples.load(sampleEncodings());

it('joins samples in memory, with their texts', async () => {
  const samples = repeatedSamples(5);
  const { audio, heard } = joinedRecording(samples);

  expect(heard).toBe(samples.map((sample) => sample.heard).join(' '));
  const { sounds } = await known.recognize(Buffer.from(audio));
  expect(sounds.map((sound) => sound.known.file)).toEqual(samples.map(({ file }) => file));
});

it('writes samples to a file until it is long enough', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'joined-'));
  try {
    const file = await joinedRecordingFile(SAMPLES, { folder, format: 'mp3', seconds: 60 });

    expect(file).toMatchObject({ path: join(folder, 'joined.mp3'), mimeType: 'audio/mpeg' });
    expect(file.seconds).toBeGreaterThanOrEqual(60);
    expect(file.samples).toEqual(repeatedSamples(file.samples.length));
    expect(file.corrected).toBe(file.samples.map(({ corrected }) => corrected).join(' '));
    const audio = await readFile(file.path);
    expect(audio.length).toBe(file.bytes);
    expect((await known.recognize(audio)).sounds).toHaveLength(file.samples.length);
  } finally {
    await rm(folder, { recursive: true });
  }
});
