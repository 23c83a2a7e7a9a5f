import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KnownSounds, type FoundSound } from './known-sounds.js';

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

  constructor(
    readonly manifest: SampleManifest,
    private readonly folder: string,
  ) {
    this.bySha256 = new Map(manifest.recordings.map((sample) => [sample.sha256, sample]));
  }

  static load(folder = findSamplesFolder()): KnownSamples {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    return new KnownSamples(manifest as SampleManifest, folder);
  }

  ofContent(sha256: string): Sample | undefined {
    return this.bySha256.get(sha256);
  }

  /** Returns the recordings that were joined to this WAV file, or lie in this slice of one. */
  inRecording(wav: Buffer): FoundSound<Sample>[] {
    this.sounds ??= new KnownSounds(
      this.manifest.recordings.map((known) => ({ known, wav: readFileSync(join(this.folder, known.file)) })),
    );
    return this.sounds.findIn(wav);
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
