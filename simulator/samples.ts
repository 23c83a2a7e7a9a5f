import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Recognition } from './sounds/found-sound.js';
import { KnownPackets } from './sounds/known-packets.js';
import { KnownSounds } from './sounds/known-sounds.js';
import { isWav } from './sounds/wav.js';

/** One recording of `samples/`, and the texts that the simulated models return for it. */
export interface Sample {
  readonly file: string;
  /** Hash of the whole file, hex. */
  readonly sha256: string;
  readonly durationSeconds: number;
  readonly language: string;
  /** The words that are spoken. */
  readonly spoken: string;
  /** The first-stage text: names misheard, a sentence missing. */
  readonly heard: string;
  /** The text that a good correction returns. */
  readonly corrected: string;
  /** The corrected text with `<redacted_name>` and the like. */
  readonly correctedRedacted: string;
  /** The correction's note about the recording. */
  readonly note: string;
}

export interface SampleManifest {
  /** Comma-separated list for the demo's project. */
  readonly hotwords: string;
  readonly language: string;
  readonly recordings: readonly Sample[];
}

/** A sample in a compressed format, by which recordings of that format are recognized. */
export interface SampleEncoding {
  /** Name in the manifest; null: silence, whose packets say nothing about a recording. */
  readonly file: string | null;
  readonly bytes: Buffer;
}

/** Compiled code is two folders deeper than the sources; one further up would be unrelated. */
const MAX_LEVELS_UP = 4;

/** @returns the folder with the recordings, also when the code runs from `dist/` */
export function findSamplesFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < MAX_LEVELS_UP; level += 1) {
    const candidate = join(folder, 'samples');
    if (existsSync(join(candidate, 'manifest.json'))) {
      return candidate;
    }
    folder = dirname(folder);
  }
  throw new Error('samples/manifest.json is missing; run samples/make-samples.sh or restore the folder.');
}

/** Enough to tell the recordings apart, and before any address that may be redacted in it. */
const OPENING_WORDS = 5;

/** Finds the recordings that the simulated models know, by their sound and by their text. */
export class KnownSamples {
  private readonly bySha256: Map<string, Sample>;
  private sounds: KnownSounds<Sample> | undefined;
  private packets: Promise<KnownPackets<Sample>> | undefined;

  constructor(
    readonly manifest: SampleManifest,
    private readonly folder: string,
    private readonly encodings: readonly SampleEncoding[],
  ) {
    this.bySha256 = new Map(manifest.recordings.map((sample) => [sample.sha256, sample]));
  }

  /** @param encodings the samples in compressed formats; without any, only WAV is recognized */
  static load(encodings: readonly SampleEncoding[] = []): KnownSamples {
    const folder = findSamplesFolder();
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    return new KnownSamples(manifest as SampleManifest, folder, encodings);
  }

  /** Whether recordings in compressed formats are recognized. */
  get knowsEncodings(): boolean {
    return this.encodings.length > 0;
  }

  ofContent(sha256: string): Sample | undefined {
    return this.bySha256.get(sha256);
  }

  /** Returns the samples that were joined to this recording, or lie in this slice of one. */
  async recognize(recording: Buffer): Promise<Recognition<Sample>> {
    return (await this.findIn(recording)) ?? { seconds: null, sounds: [] };
  }

  private async findIn(recording: Buffer): Promise<Recognition<Sample> | null> {
    if (isWav(recording)) {
      this.sounds ??= new KnownSounds(
        this.manifest.recordings.map((known) => ({
          known,
          wav: readFileSync(join(this.folder, known.file)),
        })),
      );
      return this.sounds.findIn(recording);
    }
    if (!this.knowsEncodings) return null;
    this.packets ??= KnownPackets.load(
      this.encodings.map(({ file, bytes }) => ({ known: file === null ? null : this.named(file), bytes })),
    );
    return (await this.packets).findIn(recording);
  }

  private named(file: string): Sample {
    const sample = this.manifest.recordings.find((recording) => recording.file === file);
    if (sample === undefined) throw new Error(`The manifest names no recording ${file}.`);
    return sample;
  }

  /**
   * Returns the recordings whose first-stage texts begin in this text, in their order. The rest may
   * be redacted.
   */
  inText(text: string): Sample[] {
    return this.manifest.recordings
      .flatMap((sample) => positionsOf(text, openingOf(sample.heard)).map((at) => ({ sample, at })))
      .toSorted((one, other) => one.at - other.at)
      .map(({ sample }) => sample);
  }
}

function openingOf(heard: string): string {
  return heard.split(' ').slice(0, OPENING_WORDS).join(' ');
}

function positionsOf(text: string, part: string): number[] {
  const positions: number[] = [];
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) positions.push(at);
  return positions;
}
