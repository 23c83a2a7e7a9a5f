/** Bytes to search for. */
export interface Probe {
  /** At least four. */
  readonly bytes: Buffer;
}

const KEY_BYTES = 4;
const FILTER_BITS = 16;
/** Spreads the bits of a key: Knuth's multiplicative hash. */
const SPREAD = 0x9e3779b1;

const filterIndex = (key: number): number => Math.imul(key, SPREAD) >>> (32 - FILTER_BITS);

/**
 * Searches for many byte strings in one pass: a recording of hours has hundreds of megabytes. A
 * filter on the first bytes skips nearly all positions.
 */
export class Probes<P extends Probe> {
  private readonly filter = new Uint8Array(1 << FILTER_BITS);
  private readonly byKey = new Map<number, P[]>();

  constructor(probes: readonly P[]) {
    for (const probe of probes) {
      const key = probe.bytes.readInt32LE(0);
      this.filter[filterIndex(key)] = 1;
      this.byKey.set(key, [...(this.byKey.get(key) ?? []), probe]);
    }
  }

  /**
   * Yields each occurrence in the order of the positions.
   *
   * @param step distance of the positions that are looked at, in bytes
   */
  *findIn(data: Buffer, step: number): Generator<{ probe: P; at: number }> {
    for (let at = this.candidate(data, 0, step); at !== -1; at = this.candidate(data, at + step, step)) {
      for (const probe of this.byKey.get(data.readInt32LE(at)) ?? []) {
        const { bytes } = probe;
        if (data.compare(bytes, 0, bytes.length, at, Math.min(at + bytes.length, data.length)) === 0) {
          yield { probe, at };
        }
      }
    }
  }

  /** @returns the next position that passes the filter; -1 when there is none */
  private candidate(data: Uint8Array, from: number, step: number): number {
    const { filter } = this;
    const end = data.length - KEY_BYTES;
    for (let at = from; at <= end; at += step) {
      // Reading byte by byte is several times as fast as a method of the buffer.
      const low = (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8);
      const key = low | ((data[at + 2] ?? 0) << 16) | ((data[at + 3] ?? 0) << 24);
      if (filter[filterIndex(key)] === 1) return at;
    }
    return -1;
  }
}
