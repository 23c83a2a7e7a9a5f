import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  FlacOutputFormat,
  Input,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  WavOutputFormat,
  WebMOutputFormat,
  type EncodedPacket,
} from 'mediabunny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KnownSamples, type Sample } from '../samples.js';
import {
  JOINED_FORMATS,
  samplesOfLength,
  writeJoinedFile,
  type JoinedFormat,
} from '../testing/joined-file.js';
import { sampleEncodings } from '../testing/sample-encodings.js';

const OUTPUT_FORMATS = {
  mp3: () => new Mp3OutputFormat(),
  m4a: () => new Mp4OutputFormat(),
  ogg: () => new OggOutputFormat(),
  webm: () => new WebMOutputFormat(),
  flac: () => new FlacOutputFormat(),
  wav: () => new WavOutputFormat(),
};

/** A long recording is written and read packet by packet. */
const TIMEOUT_MS = 60_000;
const LONG_SECONDS = 600;
/** Packets of AAC last that long, and encoders have a delay of one. */
const PRECISION_SECONDS = 0.26;

const samples = KnownSamples.load(sampleEncodings());
const [first, second, third, fourth] = samples.manifest.recordings as [Sample, Sample, Sample, Sample];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'joined-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function joined(list: readonly Sample[], format: JoinedFormat): Promise<Buffer> {
  const path = join(folder, `joined.${format}`);
  await writeJoinedFile(path, list, format);
  return readFile(path);
}

/** Copies the packets that `pick` returns, with times from 0 on. They all have the same length. */
async function copied(
  recording: Buffer,
  format: JoinedFormat,
  pick: (packets: EncodedPacket[]) => EncodedPacket[],
): Promise<Buffer> {
  const input = new Input({ source: new BufferSource(recording), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  const codec = await track?.getCodec();
  const decoderConfig = await track?.getDecoderConfig();
  if (track == null || codec == null || decoderConfig == null) throw new Error('there is no sound');
  const packets: EncodedPacket[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  const source = new EncodedAudioPacketSource(codec);
  const target = new BufferTarget();
  const output = new Output({ format: OUTPUT_FORMATS[format](), target });
  output.addAudioTrack(source);
  await output.start();
  const seconds = ((packets.at(-1)?.timestamp ?? 0) - (packets[0]?.timestamp ?? 0)) / (packets.length - 1);
  for (const [index, packet] of pick(packets).entries()) {
    const place = { timestamp: index * seconds, duration: seconds };
    await source.add(packet.clone(place), { decoderConfig });
  }
  await output.finalize();
  return Buffer.from(target.buffer ?? new ArrayBuffer());
}

function between(fromSeconds: number, toSeconds: number) {
  return (packets: EncodedPacket[]) =>
    packets.filter(({ timestamp }) => timestamp >= fromSeconds && timestamp < toSeconds);
}

async function filesIn(recording: Buffer): Promise<string[]> {
  return (await samples.recognize(recording)).sounds.map(({ known }) => known.file);
}

const filesOf = (list: readonly Sample[]) => list.map(({ file }) => file);

describe.each(JOINED_FORMATS)('a recording that was joined from samples, in %s', (format) => {
  it('is recognized as a whole, with the place of each sample', { timeout: TIMEOUT_MS }, async () => {
    const list = samplesOfLength([second, first, fourth, third, third], LONG_SECONDS);
    const path = join(folder, `long.${format}`);
    const seconds = await writeJoinedFile(path, list, format);

    const found = await samples.recognize(await readFile(path));

    expect(found.sounds.map(({ known }) => known.file)).toEqual(filesOf(list));
    expect(found.seconds).toBeCloseTo(seconds, 0);
    const starts = found.sounds.map(({ startSeconds }) => startSeconds);
    const pauses = found.sounds.map(
      ({ known, startSeconds }, index) =>
        (starts[index + 1] ?? seconds) - startSeconds - known.durationSeconds,
    );
    expect(Math.abs(starts[0] ?? Infinity)).toBeLessThan(PRECISION_SECONDS);
    expect(Math.min(...pauses)).toBeGreaterThan(1 - PRECISION_SECONDS);
    expect(Math.max(...pauses)).toBeLessThan(1 + 2 * PRECISION_SECONDS);
  });

  it('has in a slice the samples of which at least half is there', async () => {
    const list = [first, second, third, fourth];
    const whole = await joined(list, format);
    const { sounds } = await samples.recognize(whole);
    const at = (index: number, share: number) =>
      (sounds[index]?.startSeconds ?? 0) + (list[index]?.durationSeconds ?? 0) * share;
    const sliceOf = (from: number, to: number) => copied(whole, format, between(from, to));

    expect(await filesIn(await sliceOf(at(0, 0.7), at(3, 0.3)))).toEqual(filesOf([second, third]));
    expect(await filesIn(await sliceOf(at(0, 0.3), at(2, 0.7)))).toEqual(filesOf([first, second, third]));
    expect(await filesIn(await sliceOf(at(1, 0.7), at(2, 0.3)))).toEqual([]);
  });

  it('has no sample whose packets are in another order', async () => {
    const whole = await joined([first, second], format);
    const turned = await copied(whole, format, (packets) => packets.toReversed());

    expect(await filesIn(whole)).toEqual(filesOf([first, second]));
    expect(await filesIn(turned)).toEqual([]);
  });

  it('knows the length of a slice', async () => {
    const slice = await copied(await joined([first, second], format), format, between(3, 15));

    expect(Math.abs(((await samples.recognize(slice)).seconds ?? 0) - 12)).toBeLessThan(PRECISION_SECONDS);
  });
});

describe('an unknown recording', () => {
  const read = (name: string) => readFile(join('test/recordings', name));

  // The last three keep the library busy forever.
  it.each(['cbr.mp3', 'opus.ogg', 'flac.flac', 'endless.aac', 'endless.webm', 'empty.flac'])(
    'has no samples: %s',
    async (name) => {
      expect(await samples.recognize(await read(name))).toEqual({ seconds: null, sounds: [] });
    },
  );

  it('is each one that is not WAV, without encodings', async () => {
    expect(await KnownSamples.load().recognize(await joined([first], 'mp3'))).toEqual({
      seconds: null,
      sounds: [],
    });
  });

  it('is one that was cut before the index that its packets need', async () => {
    const whole = await joined([first, second], 'm4a');

    expect(await filesIn(whole.subarray(0, -2_000))).toEqual([]);
  });
});
