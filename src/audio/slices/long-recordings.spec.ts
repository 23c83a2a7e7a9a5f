import type { EncodedPacket } from 'mediabunny';
import { beforeAll, describe, expect, it } from 'vitest';
import { audioInMemory, type RandomAccessAudio } from '../access/random-access-audio.js';
import { readingAhead } from '../access/read-ahead.js';
import { flacFile, LONG_FILES, packetsOf, packetsWithin } from '../testing/long-files.js';
import { cutSlice, type Slice, type SliceTask } from './cut-slice.js';
import { FrameIndexes } from './near/frame-indexes.js';

const SECONDS = 400;
const WINDOW_SECONDS = 20;
const MIB = 1_048_576;
/** Headers, an index, the probes of a search, and what is read ahead. */
const MAX_BYTES_BESIDES = 3 * MIB;
const TINY = 1e-6;

/** Counts what is read of a recording. */
class CountedAudio implements RandomAccessAudio {
  readonly bytes: number;
  readBytes = 0;
  largestRead = 0;
  readonly #audio: RandomAccessAudio;

  constructor(file: Buffer) {
    this.#audio = audioInMemory(file);
    this.bytes = file.length;
  }

  async read(range: { start: number; end: number }, signal: AbortSignal): Promise<Buffer> {
    const bytes = range.end - range.start + 1;
    this.readBytes += bytes;
    this.largestRead = Math.max(this.largestRead, bytes);
    return this.#audio.read(range, signal);
  }
}

async function cut(
  audio: RandomAccessAudio,
  request: Partial<SliceTask>,
  indexes = new FrameIndexes(),
): Promise<Slice> {
  const task = { startSeconds: 0, endSeconds: SECONDS, maxBytes: 100 * MIB, ...request };
  const slice = await cutSlice(readingAhead(audio), task, new AbortController().signal, indexes);
  if ('uncut' in slice) throw new Error(`${slice.uncut}: ${slice.detail}`);
  return slice;
}

const hex = (packets: EncodedPacket[]): string =>
  packets.map(({ data }) => Buffer.from(data).toString('hex')).join('');

/** Places in a recording that look random, and are the same in each run. */
const PLACES = Array.from({ length: 8 }, (_, index) => ((index * 0.618 + 0.91) % 1) * (SECONDS - 30));

describe.each(Object.keys(LONG_FILES))('a slice of a long recording, %s,', (kind) => {
  let file: Buffer;
  let packets: EncodedPacket[];

  beforeAll(async () => {
    file = (await LONG_FILES[kind]?.(SECONDS)) ?? Buffer.alloc(0);
    packets = await packetsOf(file);
  });

  it('has exactly the packets of its part, wherever it is cut', async () => {
    const indexes = new FrameIndexes();
    for (const startSeconds of PLACES) {
      const endSeconds = startSeconds + WINDOW_SECONDS / 4;

      const slice = await cut(audioInMemory(file), { startSeconds, endSeconds, version: 'a' }, indexes);

      const wanted = packetsWithin(packets, startSeconds, endSeconds);
      expect(slice.startSeconds).toBeCloseTo(wanted[0]?.timestamp ?? NaN, 3);
      expect(hex(await packetsOf(slice.bytes)) === hex(wanted)).toBe(true);
    }
  });

  it('joins the next one: together they have every packet', async () => {
    const indexes = new FrameIndexes();
    const found: EncodedPacket[] = [];
    let startSeconds = 0;
    while (startSeconds < SECONDS - 1) {
      const endSeconds = startSeconds + WINDOW_SECONDS;
      const slice = await cut(audioInMemory(file), { startSeconds, endSeconds, version: 'a' }, indexes);
      found.push(...(await packetsOf(slice.bytes)));
      // A packet that reaches into two slices belongs to both.
      startSeconds = slice.endSeconds + TINY;
    }

    expect(found.length / packets.length).toBeGreaterThan(0.98);
    expect(hex(found) === hex(packets.slice(0, found.length))).toBe(true);
  });

  it('is cut in bounded memory, and reads little more than itself once the recording is known', async () => {
    const indexes = new FrameIndexes();
    const request = { startSeconds: SECONDS - 60, endSeconds: SECONDS - 40, version: 'a' };
    const first = new CountedAudio(file);
    await cut(first, request, indexes);
    const second = new CountedAudio(file);

    const slice = await cut(second, { ...request, startSeconds: 100, endSeconds: 120 }, indexes);

    expect(Math.max(first.largestRead, second.largestRead)).toBeLessThanOrEqual(MIB + 262_144);
    expect(first.readBytes).toBeLessThan(file.length + MAX_BYTES_BESIDES);
    expect(second.readBytes).toBeLessThan(slice.bytes.length + MAX_BYTES_BESIDES);
  });
});

describe('recordings whose frames are counted', () => {
  const load = async (): Promise<Buffer> =>
    (await LONG_FILES['AAC in ADTS']?.(SECONDS * 16)) ?? Buffer.alloc(0);

  it('are read once for slices that are cut at the same time', async () => {
    const file = await load();
    const audio = new CountedAudio(file);
    const indexes = new FrameIndexes();
    const starts = [6_000, 400, 3_600, 2_000];

    const slices = await Promise.all(
      starts.map((startSeconds) =>
        cut(audio, { startSeconds, endSeconds: startSeconds + 5, version: 'a' }, indexes),
      ),
    );

    expect(slices.map((slice) => Math.round(slice.startSeconds))).toEqual(starts);
    expect(audio.readBytes).toBeLessThan(file.length + starts.length * 2 * MIB);
  });

  it('are counted anew when they have changed', async () => {
    const file = await load();
    const indexes = new FrameIndexes();
    const request = { startSeconds: 300, endSeconds: 305 };
    const before = await cut(audioInMemory(file), { ...request, version: 'a' }, indexes);
    const [first] = await packetsOf(file);
    const shorter = file.subarray(
      first === undefined ? 0 : file.indexOf(Buffer.from(first.data)) + first.byteLength,
    );

    const after = await cut(audioInMemory(shorter), { ...request, version: 'b' }, indexes);

    expect(Buffer.from(after.bytes).equals(Buffer.from(before.bytes))).toBe(false);
  });
});

describe('damaged recordings', () => {
  it.each(Object.keys(LONG_FILES))('end with a slice or a reason: %s', async (kind) => {
    const file = (await LONG_FILES[kind]?.(60)) ?? Buffer.alloc(0);
    const truncated = file.subarray(0, Math.floor(file.length * 0.6));
    const garbled = Buffer.from(file);
    garbled.fill(
      Buffer.from('\xff\xfb\x90\x64 garbage', 'latin1'),
      Math.floor(file.length * 0.4),
      Math.floor(file.length * 0.5),
    );

    for (const damaged of [truncated, garbled, Buffer.concat([file, file.subarray(100)])]) {
      for (const startSeconds of [0, 20, 26, 34, 50]) {
        const task = { startSeconds, endSeconds: startSeconds + 5, maxBytes: MIB };
        const outcome = await cutSlice(audioInMemory(damaged), task, new AbortController().signal);

        const isEither = 'uncut' in outcome ? outcome.detail.length > 0 : outcome.bytes.length > 0;
        expect(isEither).toBe(true);
      }
    }
  });

  it('are cut behind a gap: FLAC without frames in its middle', async () => {
    const file = flacFile(SECONDS);
    file.fill(0, Math.floor(file.length * 0.3), Math.floor(file.length * 0.4));
    const request = { startSeconds: 300, endSeconds: 305 };

    const slice = await cut(audioInMemory(file), request);

    const whole = await cut(audioInMemory(flacFile(SECONDS)), request);
    expect(Buffer.from(slice.bytes).equals(Buffer.from(whole.bytes))).toBe(true);
  });
});
