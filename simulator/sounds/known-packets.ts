import { audioPackets } from './audio-packets.js';
import { MIN_SHARE, type Recognition } from './found-sound.js';
import { Probes, type Probe } from './probes.js';

/** A known recording in a compressed format, or silence, which says nothing. */
export interface Encoding<Known> {
  readonly known: Known | null;
  readonly bytes: Buffer;
}

/** Containers round times, to a millisecond at most, and a cut recording starts within a packet. */
const TIME_TOLERANCE_SECONDS = 0.25;

/** Enough to tell packets apart; their first bytes are the same headers in many of them. */
const PROBE_BYTES = 16;
/** Bytes that are nearly all the same are padding, which any file may have. */
const MIN_DISTINCT_BYTES = 8;
/** Every so many packets are probes: half of a recording has some of them. */
const PROBED_PACKETS = 4;

interface KnownEncoding<Known> {
  readonly known: Known;
  packets: number;
}

/** The only place of a packet in the known recordings. */
interface Place<Known> {
  readonly encoding: KnownEncoding<Known>;
  readonly startSeconds: number;
}

/** Packets of one known recording that follow each other. */
interface Run<Known> {
  readonly encoding: KnownEncoding<Known>;
  readonly startSeconds: number;
  /** Place of the latest packet in the known recording. */
  lastSeconds: number;
  packets: number;
}

/**
 * Recognizes known recordings by their compressed packets, which are the same wherever they were
 * copied to.
 */
export class KnownPackets<Known> {
  private constructor(
    private readonly places: ReadonlyMap<string, Place<Known> | null>,
    private readonly probes: Probes<Probe>,
  ) {}

  static async load<Known>(encodings: readonly Encoding<Known>[]): Promise<KnownPackets<Known>> {
    const places = new Map<string, Place<Known> | null>();
    const probes: Probe[] = [];
    for (const { known, bytes } of encodings) {
      const encoding = known === null ? null : { known, packets: 0 };
      let count = 0;
      for await (const { body, startSeconds } of audioPackets(bytes)) {
        const key = keyOf(body);
        // A packet that occurs twice says nothing about its place; most of them are silent.
        places.set(key, encoding === null || places.has(key) ? null : { encoding, startSeconds });
        if (encoding !== null && count % PROBED_PACKETS === 0) probes.push(...probesOf(body));
        count += 1;
      }
    }
    for (const place of places.values()) if (place !== null) place.encoding.packets += 1;
    return new KnownPackets(places, new Probes(probes));
  }

  /**
   * Reads a recording only when bytes of a known one are in it: the library that reads containers
   * is busy forever with some broken files.
   *
   * @returns null when the recording cannot be read, or nothing of it is known
   */
  async findIn(recording: Buffer): Promise<Recognition<Known> | null> {
    if (this.probes.findIn(recording, 1).next().done === true) return null;
    const runs: Run<Known>[] = [];
    const latest = new Map<KnownEncoding<Known>, Run<Known>>();
    let firstSeconds: number | null = null;
    let lastSeconds = 0;
    try {
      for await (const { body, startSeconds, endSeconds } of audioPackets(recording)) {
        firstSeconds ??= startSeconds;
        lastSeconds = Math.max(lastSeconds, endSeconds);
        const place = this.places.get(keyOf(body));
        if (place === undefined || place === null) continue;
        const run = continued(latest.get(place.encoding), place, startSeconds);
        if (run.packets === 0) runs.push(run);
        latest.set(place.encoding, run);
        run.lastSeconds = place.startSeconds;
        run.packets += 1;
      }
    } catch {
      // A broken file is an unknown recording, as it is for the real models.
      return null;
    }
    return {
      seconds: firstSeconds === null ? null : lastSeconds - Math.max(0, firstSeconds),
      sounds: runs
        .filter(({ encoding, packets }) => packets >= encoding.packets * MIN_SHARE)
        .map(({ encoding, startSeconds }) => ({ known: encoding.known, startSeconds }))
        .toSorted((one, other) => one.startSeconds - other.startSeconds),
    };
  }
}

/** Returns the run to which the packet belongs: the latest one, or a new one. */
function continued<Known>(
  run: Run<Known> | undefined,
  { encoding, startSeconds: lastSeconds }: Place<Known>,
  atSeconds: number,
): Run<Known> {
  const startSeconds = atSeconds - lastSeconds;
  const isNext =
    run !== undefined &&
    lastSeconds > run.lastSeconds &&
    Math.abs(startSeconds - run.startSeconds) <= TIME_TOLERANCE_SECONDS;
  return isNext ? run : { encoding, startSeconds, lastSeconds, packets: 0 };
}

function keyOf(body: Buffer): string {
  return body.toString('latin1');
}

function probesOf(body: Buffer): Probe[] {
  const middle = Math.floor(body.length / 2);
  const bytes = body.subarray(middle, middle + PROBE_BYTES);
  const isTelling = bytes.length === PROBE_BYTES && new Set(bytes).size >= MIN_DISTINCT_BYTES;
  return isTelling ? [{ bytes }] : [];
}
