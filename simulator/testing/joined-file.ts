import { open } from 'node:fs/promises';
import {
  BufferSource,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  FilePathTarget,
  Input,
  Mp3OutputFormat,
  Mp4OutputFormat,
  MP3,
  MP4,
  OGG,
  OggOutputFormat,
  Output,
  WebMOutputFormat,
  type AudioCodec,
  type EncodedPacket,
  type OutputFormat,
} from 'mediabunny';
import type { Sample } from '../samples.js';
import { readWav, type WavSound } from '../sounds/wav.js';
import { FLAC_FRAME_SECONDS, flacFrame, flacFrameBodies, flacHeader, SILENT_FLAC_BODY } from './flac-file.js';
import { encodingOf, sampleWav } from './sample-encodings.js';

export const JOINED_FORMATS = ['mp3', 'm4a', 'ogg', 'webm', 'flac', 'wav'] as const;
export type JoinedFormat = (typeof JOINED_FORMATS)[number];

export const MIME_TYPES: Readonly<Record<JoinedFormat, string>> = {
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  ogg: 'audio/ogg',
  webm: 'audio/webm',
  flac: 'audio/flac',
  wav: 'audio/wav',
};

/** Silence after each sample: a pause of the recognizer's words. */
const SILENCE_SECONDS = 1;
const NO_SAMPLES = 'there are no samples to join';
/** Written at once. */
const WRITE_BYTES = 1_048_576;

const WAV_HEADER_BYTES = 44;
/** Bytes that the size of the whole file does not count. */
const RIFF_HEADER_BYTES = 8;

/** Repeats samples in their order until they and the silences have at least this length. */
export function samplesOfLength(samples: readonly Sample[], seconds: number): Sample[] {
  const repeated: Sample[] = [];
  let length = 0;
  while (length < seconds) {
    const sample = samples[repeated.length % samples.length];
    if (sample === undefined) throw new Error(NO_SAMPLES);
    repeated.push(sample);
    length += sample.durationSeconds + SILENCE_SECONDS;
  }
  return repeated;
}

/**
 * Joins samples to one recording, with a second of silence after each. Their packets are copied, so
 * that hours are written in seconds, and in little memory.
 *
 * @param path of the file, which is replaced
 * @returns the length of the recording in seconds
 */
export async function writeJoinedFile(
  path: string,
  samples: readonly Sample[],
  format: JoinedFormat,
): Promise<number> {
  switch (format) {
    case 'wav':
      return writeWav(path, samples);
    case 'flac':
      return writeFlac(path, samples);
    case 'mp3':
      return writePackets(path, samples, { from: 'mp3', to: new Mp3OutputFormat() });
    case 'm4a':
      return writePackets(path, samples, { from: 'm4a', to: new Mp4OutputFormat({ fastStart: false }) });
    case 'ogg':
      return writePackets(path, samples, { from: 'ogg', to: new OggOutputFormat() });
    case 'webm':
      return writePackets(path, samples, { from: 'ogg', to: new WebMOutputFormat() });
  }
}

async function writeWav(path: string, samples: readonly Sample[]): Promise<number> {
  const sounds = perFile(samples, (file) => readSound(file));
  const { bytesPerSecond } = soundOf(sounds, samples[0]);
  const silence = Buffer.alloc(bytesPerSecond * SILENCE_SECONDS);
  const dataBytes = sumOver(samples, (sample) => soundOf(sounds, sample).data.length + silence.length);
  const header = Buffer.from(sampleWav(samples[0]?.file ?? '').subarray(0, WAV_HEADER_BYTES));
  header.writeUInt32LE(dataBytes + WAV_HEADER_BYTES - RIFF_HEADER_BYTES, 4);
  header.writeUInt32LE(dataBytes, WAV_HEADER_BYTES - 4);
  await writeParts(path, function* () {
    yield header;
    for (const sample of samples) yield* [soundOf(sounds, sample).data, silence];
  });
  return dataBytes / bytesPerSecond;
}

function readSound(file: string): WavSound {
  const sound = readWav(sampleWav(file));
  if (sound === undefined) throw new Error(`${file} is no WAV file`);
  return sound;
}

async function writeFlac(path: string, samples: readonly Sample[]): Promise<number> {
  const silence = Array<Buffer>(Math.ceil(SILENCE_SECONDS / FLAC_FRAME_SECONDS)).fill(SILENT_FLAC_BODY);
  const bodies = perFile(samples, (file) => [...flacFrameBodies(sampleWav(file)), ...silence]);
  const frames = sumOver(samples, (sample) => soundOf(bodies, sample).length);
  await writeParts(path, function* () {
    yield flacHeader(frames);
    let number = 0;
    for (const sample of samples) {
      for (const body of soundOf(bodies, sample)) {
        yield flacFrame(body, number);
        number += 1;
      }
    }
  });
  return frames * FLAC_FRAME_SECONDS;
}

interface Packets {
  codec: AudioCodec;
  config: AudioDecoderConfig;
  packets: EncodedPacket[];
  /** The length of each packet. */
  seconds: number;
}

async function writePackets(
  path: string,
  samples: readonly Sample[],
  { from, to }: { from: string; to: OutputFormat },
): Promise<number> {
  const silence = await readPackets(encodingOf(null, from));
  const encoded = new Map<string, Packets>();
  for (const { file } of samples) {
    if (!encoded.has(file)) encoded.set(file, await readPackets(encodingOf(file, from)));
  }
  const { codec, config, seconds } = silence;
  const source = new EncodedAudioPacketSource(codec);
  const output = new Output({ format: to, target: new FilePathTarget(path) });
  output.addAudioTrack(source);
  await output.start();
  let count = 0;
  for (const sample of samples) {
    for (const packet of [...soundOf(encoded, sample).packets, ...silence.packets]) {
      const place = { timestamp: count * seconds, duration: seconds, sequenceNumber: count };
      await source.add(packet.clone(place), { decoderConfig: config });
      count += 1;
    }
  }
  await output.finalize();
  return count * seconds;
}

async function readPackets(file: Buffer): Promise<Packets> {
  const input = new Input({ source: new BufferSource(file), formats: [MP3, MP4, OGG] });
  const track = await input.getPrimaryAudioTrack();
  const codec = await track?.getCodec();
  const config = await track?.getDecoderConfig();
  if (track == null || codec == null || config == null) throw new Error('the encoding has no sound');
  const packets: EncodedPacket[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  input.dispose();
  // Containers may shorten the first packet, and the last one.
  return { codec, config, packets, seconds: packets[1]?.duration ?? 0 };
}

function perFile<T>(samples: readonly Sample[], read: (file: string) => T): Map<string, T> {
  return new Map([...new Set(samples.map(({ file }) => file))].map((file) => [file, read(file)]));
}

function soundOf<T>(sounds: ReadonlyMap<string, T>, sample: Sample | undefined): T {
  const sound = sample === undefined ? undefined : sounds.get(sample.file);
  if (sound === undefined) throw new Error(NO_SAMPLES);
  return sound;
}

function sumOver<T>(list: readonly T[], valueOf: (item: T) => number): number {
  return list.reduce((sum, item) => sum + valueOf(item), 0);
}

async function writeParts(path: string, parts: () => Iterable<Buffer>): Promise<void> {
  const file = await open(path, 'w');
  try {
    let waiting: Buffer[] = [];
    let bytes = 0;
    for (const part of parts()) {
      waiting.push(part);
      bytes += part.length;
      if (bytes < WRITE_BYTES) continue;
      await file.writeFile(Buffer.concat(waiting));
      waiting = [];
      bytes = 0;
    }
    await file.writeFile(Buffer.concat(waiting));
  } finally {
    await file.close();
  }
}
