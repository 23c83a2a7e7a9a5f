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
