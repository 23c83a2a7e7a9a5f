import { readWav } from './wav.js';

/** A stretch of a recording in which the sound of a known one was found. */
export interface FoundSound<Known> {
  readonly known: Known;
  /** Where the known recording would begin; negative when its beginning is cut off. */
  readonly startSeconds: number;
}

/** Length of a probe: unique in speech, and short enough to find a cut recording. */
const PROBE_BYTES = 512;
/** Distance of probes, which is also the precision with which a part is recognized. */
const PROBE_SECONDS = 0.25;
/** Quiet passages of different recordings may be equal. */
const MIN_LOUDNESS = 300;
/** Share of a recording that must be there: the overlap of two slices is less. */
const MIN_SHARE = 0.5;

interface Probe {
  readonly bytes: Buffer;
  readonly offset: number;
}

interface KnownSound<Known> {
  readonly known: Known;
  readonly probes: readonly Probe[];
  readonly bytes: number;
}

/** Recognizes known recordings by their sound, also where they are parts of a longer recording. */
export class KnownSounds<Known> {
  private readonly sounds: readonly KnownSound<Known>[];

  /** @param recordings WAV files of 16 bits */
  constructor(recordings: readonly { known: Known; wav: Buffer }[]) {
    this.sounds = recordings.flatMap(({ known, wav }) => {
      const sound = readWav(wav);
      if (sound === undefined) return [];
      const { data, bytesPerSecond } = sound;
      return [{ known, probes: probesOf(data, bytesPerSecond), bytes: data.length }];
    });
  }

  /** @returns the known recordings of which at least half is in the WAV file, in their order */
  findIn(recording: Buffer): FoundSound<Known>[] {
    const sound = readWav(recording);
    if (sound === undefined) return [];
    const { data, bytesPerSecond } = sound;
    return this.sounds
      .flatMap((known) => startsOf(known, data).map((start) => ({ ...known, start })))
      .toSorted((one, other) => one.start - other.start)
      .map(({ known, start }) => ({ known, startSeconds: start / bytesPerSecond }));
  }
}

function probesOf(data: Buffer, bytesPerSecond: number): Probe[] {
  const step = Math.round(bytesPerSecond * PROBE_SECONDS);
  const probes: Probe[] = [];
  for (let offset = 0; offset + PROBE_BYTES <= data.length; offset += step) {
    const bytes = data.subarray(offset, offset + PROBE_BYTES);
    if (loudnessOf(bytes) >= MIN_LOUDNESS) probes.push({ bytes, offset });
  }
  return probes;
}

/** Returns the mean of the samples' distance from silence. */
function loudnessOf(bytes: Buffer): number {
  let sum = 0;
  for (let index = 0; index + 1 < bytes.length; index += 2) sum += Math.abs(bytes.readInt16LE(index));
  return sum / (bytes.length / 2);
}

/**
 * Returns where the known sound would begin in the data, for each time that half of it is there.
 */
function startsOf({ probes }: KnownSound<unknown>, data: Buffer): number[] {
  const counts = new Map<number, number>();
  for (const { bytes, offset } of probes) {
    for (let at = data.indexOf(bytes); at !== -1; at = data.indexOf(bytes, at + 1)) {
      counts.set(at - offset, (counts.get(at - offset) ?? 0) + 1);
    }
  }
  return [...counts].filter(([, count]) => count >= probes.length * MIN_SHARE).map(([start]) => start);
}
