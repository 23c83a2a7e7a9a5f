import { describe, expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSamplesFolder, KnownSamples } from './samples.js';

const folder = findSamplesFolder();
const { manifest } = KnownSamples.load();
const recordings = manifest.recordings.map((sample) => [sample.file, sample] as const);

/** The samples are part of every clone of the repository. */
const MAX_FILE_BYTES = 200_000;

const HEADER_BYTES = 44;

function joinWavs(wavs: readonly Buffer[]): Buffer {
  const data = wavs.map((wav) => wav.subarray(HEADER_BYTES));
  const joined = Buffer.concat([wavs[0]?.subarray(0, HEADER_BYTES) ?? Buffer.alloc(0), ...data]);
  joined.writeUInt32LE(joined.length - HEADER_BYTES, HEADER_BYTES - 4);
  return joined;
}

describe('the manifest of the samples', () => {
  it('names every recording of the folder', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.wav'));
    expect(manifest.recordings.map(({ file }) => file)).toEqual(files.sort());
  });

  it.each(recordings)('has the hash and the duration of %s, which is small', (file, sample) => {
    const bytes = readFileSync(join(folder, file));
    expect(sample.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(sample.durationSeconds).toBeCloseTo((bytes.length - 44) / bytes.readUInt32LE(28), 2);
    expect(bytes.length).toBeLessThan(MAX_FILE_BYTES);
  });

  it.each(recordings)('has texts of both stages for %s', (_file, sample) => {
    expect(sample.heard).not.toBe(sample.spoken);
    expect(sample.corrected).toBe(sample.spoken);
    expect(sample.correctedRedacted).toMatch(/<redacted_(name|email|phone)>/);
    const kept = sample.correctedRedacted.split(/<redacted_\w+>/);
    expect(kept.every((part) => sample.corrected.includes(part))).toBe(true);
    expect(sample.note.match(/[.!?]/g)).toHaveLength(1);
  });

  it('has hotwords that the first stage misses and the correction finds', () => {
    for (const hotword of manifest.hotwords.split(', ')) {
      const heard = manifest.recordings.filter((sample) => sample.heard.includes(hotword));
      expect({ hotword, heard: heard.length }).toEqual({ hotword, heard: 0 });
    }
  });
});

describe('a recording that was joined from samples', () => {
  const samples = KnownSamples.load();
  const sounds = recordings.map(([file]) => readFileSync(join(folder, file)));
  const joined = joinWavs(sounds);

  const filesIn = async (wav: Buffer) => (await samples.recognize(wav)).sounds.map(({ known }) => known.file);

  it('is recognized by its sound, part by part', async () => {
    const { sounds: found, seconds } = await samples.recognize(joined);

    expect(found.map(({ known }) => known.file)).toEqual(recordings.map(([file]) => file));
    expect(seconds).toBeCloseTo(
      recordings.reduce((sum, [, { durationSeconds }]) => sum + durationSeconds, 0),
      1,
    );
    expect(found[1]?.startSeconds).toBeCloseTo(manifest.recordings[0]?.durationSeconds ?? 0, 1);
  });

  it('has only the parts in a slice that are there for the most part', async () => {
    const [first, second] = sounds.map((sound) => sound.subarray(HEADER_BYTES));
    const overlap = first?.subarray(-32_000) ?? Buffer.alloc(0);
    const slice = Buffer.concat([
      sounds[0]?.subarray(0, HEADER_BYTES) ?? Buffer.alloc(0),
      overlap,
      second ?? overlap,
    ]);
    slice.writeUInt32LE(slice.length - HEADER_BYTES, HEADER_BYTES - 4);

    expect(await filesIn(slice)).toEqual([recordings[1]?.[0]]);
  });

  it('is not recognized in other sound, or in what is no WAV file', async () => {
    const noise = Buffer.from(joined).fill(1, HEADER_BYTES);

    expect(await filesIn(noise)).toEqual([]);
    expect(await filesIn(Buffer.from('ID3 something'))).toEqual([]);
  });

  it('is recognized by the beginnings of its texts as well', () => {
    const text = manifest.recordings.map(({ heard }) => heard).join(' ');

    expect(samples.inText(`${text} ${text}`)).toHaveLength(2 * manifest.recordings.length);
    expect(samples.inText('something else')).toEqual([]);
  });
});
