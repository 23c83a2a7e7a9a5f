import { MIN_SHARE, type Recognition } from './found-sound.js';
import { Probes } from './probes.js';
import { readWav } from './wav.js';

/** Length of a probe: unique in speech, and short enough to find a cut recording. */
const PROBE_BYTES = 512;
/** Distance of probes, which is also the precision with which a part is recognized. */
const PROBE_SECONDS = 0.25;
/** Quiet passages of different recordings may be equal. */
const MIN_LOUDNESS = 300;
/** Samples of 16 bits begin at even positions. */
const SAMPLE_BYTES = 2;

interface SoundProbe<Known> {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly sound: KnownSound<Known>;
}

interface KnownSound<Known> {
  readonly known: Known;
  probes: number;
}

/** Recognizes known WAV files by their sound, also where they are parts of a longer one. */
export class KnownSounds<Known> {
  private readonly probes: Probes<SoundProbe<Known>>;

  /** @param recordings WAV files of 16 bits */
  constructor(recordings: readonly { known: Known; wav: Buffer }[]) {
    this.probes = new Probes(recordings.flatMap(({ known, wav }) => probesOf(known, wav)));
  }

  /** @returns null when the recording is no WAV file */
  findIn(recording: Buffer): Recognition<Known> | null {
    const wav = readWav(recording);
    if (wav === undefined) return null;
    const { data, bytesPerSecond } = wav;
    const starts = new Map<KnownSound<Known>, Map<number, number>>();
    for (const { probe, at } of this.probes.findIn(data, SAMPLE_BYTES)) {
      const start = at - probe.offset;
      const counts = starts.get(probe.sound) ?? new Map<number, number>();
      starts.set(probe.sound, counts.set(start, (counts.get(start) ?? 0) + 1));
    }
    const sounds = [...starts].flatMap(([{ known, probes }, counts]) =>
      [...counts]
        .filter(([, count]) => count >= probes * MIN_SHARE)
        .map(([start]) => ({ known, startSeconds: start / bytesPerSecond })),
    );
    return {
      seconds: data.length / bytesPerSecond,
      sounds: sounds.toSorted((one, other) => one.startSeconds - other.startSeconds),
    };
  }
}

function probesOf<Known>(known: Known, wav: Buffer): SoundProbe<Known>[] {
  const { data = Buffer.alloc(0), bytesPerSecond = 0 } = readWav(wav) ?? {};
  const sound: KnownSound<Known> = { known, probes: 0 };
  const step = Math.round(bytesPerSecond * PROBE_SECONDS);
  const probes: SoundProbe<Known>[] = [];
  for (let from = 0; from < data.length; from += step) {
    const offset = firstLoud(data, from);
    const bytes = data.subarray(offset, offset + PROBE_BYTES);
    if (bytes.length === PROBE_BYTES && loudnessOf(bytes) >= MIN_LOUDNESS) {
      probes.push({ bytes, offset, sound });
    }
  }
  sound.probes = probes.length;
  return probes;
}

/** Returns where a loud sample is: what begins with a quiet one is found everywhere. */
function firstLoud(data: Buffer, from: number): number {
  let offset = from;
  while (offset + SAMPLE_BYTES <= data.length && Math.abs(data.readInt16LE(offset)) < MIN_LOUDNESS) {
    offset += SAMPLE_BYTES;
  }
  return offset;
}

/** Returns the mean of the samples' distance from silence. */
function loudnessOf(bytes: Buffer): number {
  let sum = 0;
  for (let index = 0; index + 1 < bytes.length; index += SAMPLE_BYTES) {
    sum += Math.abs(bytes.readInt16LE(index));
  }
  return sum / (bytes.length / SAMPLE_BYTES);
}
