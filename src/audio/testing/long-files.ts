import {
  AdtsOutputFormat,
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedPacketSink,
  Input,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  WebMOutputFormat,
} from 'mediabunny';
import { recording, wavFile } from './sound-files.js';

/** Reads all packets of a file, from its beginning. */
export async function packetsOf(file: Uint8Array): Promise<EncodedPacket[]> {
  const input = new Input({ source: new BufferSource(file), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  const packets: EncodedPacket[] = [];
  if (track !== null) {
    for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  }
  input.dispose();
  return packets;
}

/** Times are compared to the microsecond: containers round them differently. */
const TINY = 1e-6;

/** Lists the packets that overlap a part. One without a duration, in WebM, lasts until the next. */
export function packetsWithin(
  packets: readonly EncodedPacket[],
  startSeconds: number,
  endSeconds: number,
): EncodedPacket[] {
  return packets.filter(({ timestamp, duration }, index) => {
    const end = duration === 0 ? (packets[index + 1]?.timestamp ?? timestamp) : timestamp + duration;
    return timestamp < endSeconds - TINY && end > startSeconds + TINY;
  });
}

/** Joins the packets of a short recording again and again. */
async function repeated(name: string, format: OutputFormat, seconds: number): Promise<Buffer> {
  const input = new Input({ source: new BufferSource(await recording(name)), formats: ALL_FORMATS });
  const track = await input.getPrimaryAudioTrack();
  const codec = await track?.getCodec();
  const decoderConfig = (await track?.getDecoderConfig()) ?? undefined;
  if (track === null || codec === null || codec === undefined) throw new Error(`${name} has no sound`);
  const packets: EncodedPacket[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) packets.push(packet);
  const target = new BufferTarget();
  const output = new Output({ format, target });
  const source = new EncodedAudioPacketSource(codec);
  output.addAudioTrack(source);
  await output.start();
  let timestamp = 0;
  while (timestamp < seconds) {
    for (const packet of packets) {
      await source.add(packet.clone({ timestamp }), { decoderConfig });
      timestamp += packet.duration;
    }
  }
  await output.finalize();
  input.dispose();
  return Buffer.from(target.buffer ?? new ArrayBuffer());
}

const fragmented = new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: 5 });

/** Makers of long recordings, by format. */
export const LONG_FILES: Readonly<Record<string, (seconds: number) => Promise<Buffer>>> = {
  'MP3 of a constant bit rate': (seconds) =>
    repeated('cbr.mp3', new Mp3OutputFormat({ xingHeader: false }), seconds),
  'MP3 of a variable bit rate': (seconds) => repeated('vbr.mp3', new Mp3OutputFormat(), seconds),
  'MP3 with a cover': async (seconds) =>
    Buffer.concat([id3Tag(900_000), await repeated('vbr.mp3', new Mp3OutputFormat(), seconds)]),
  'AAC in ADTS': (seconds) => repeated('adts.aac', new AdtsOutputFormat(), seconds),
  'M4A with its index first': (seconds) =>
    repeated('index-first.m4a', new Mp4OutputFormat({ fastStart: 'in-memory' }), seconds),
  'M4A with its index at the end': (seconds) =>
    repeated('index-first.m4a', new Mp4OutputFormat({ fastStart: false }), seconds),
  'fragmented M4A': async (seconds) => {
    const file = await repeated('index-first.m4a', fragmented, seconds);
    // The index at the end is missing in what a recorder streams.
    return file.subarray(0, file.lastIndexOf('mfra') - 4);
  },
  'Opus in Ogg': (seconds) => repeated('opus.ogg', new OggOutputFormat(), seconds),
  'Opus in WebM': (seconds) => repeated('opus.ogg', new WebMOutputFormat(), seconds),
  'Opus in WebM of a browser': (seconds) =>
    repeated('opus.ogg', new WebMOutputFormat({ appendOnly: true }), seconds),
  FLAC: (seconds) => Promise.resolve(flacFile(seconds)),
  WAV: (seconds) => Promise.resolve(wavFile({ seconds })),
};

function id3Tag(bytes: number): Buffer {
  const tag = Buffer.alloc(bytes + 10);
  tag.write('ID3\x04\0\0', 'latin1');
  for (let digit = 0; digit < 4; digit += 1) tag[9 - digit] = (bytes >> (7 * digit)) & 0x7f;
  return tag;
}

const FLAC_RATE = 8_000;
const FLAC_BLOCK = 1_024;

/** Makes a FLAC of noise, in frames that are not compressed: RFC 9639. */
export function flacFile(seconds: number): Buffer {
  const info = Buffer.alloc(34);
  info.writeUInt16BE(FLAC_BLOCK, 0);
  info.writeUInt16BE(FLAC_BLOCK, 2);
  // 20 bits of sample rate, 3 of channels less one, 5 of bits a sample less one.
  info.writeUInt32BE((FLAC_RATE << 12) | (15 << 4), 10);
  const head = Buffer.concat([Buffer.from('fLaC\x80\0\0\x22', 'latin1'), info]);
  const frames = Array.from({ length: Math.round((seconds * FLAC_RATE) / FLAC_BLOCK) }, (_, n) =>
    flacFrame(n),
  );
  return Buffer.concat([head, ...frames]);
}

function flacFrame(number: number): Buffer {
  // Sizes of 2^10 samples, the rate of 8 kHz, one channel, 16 bits.
  const header = Buffer.from([0xff, 0xf8, 0xa4, 0x08, ...Buffer.from(String.fromCodePoint(number))]);
  const samples = Buffer.alloc(FLAC_BLOCK * 2);
  for (let index = 0; index < samples.length; index += 1) {
    // Every hundredth byte could be the beginning of a frame.
    samples[index] = index % 100 === 0 ? 0xff : index % 100 === 1 ? 0xf8 : (index * 31 + number * 17) % 251;
  }
  const frame = Buffer.concat([header, Buffer.from([crc(header, 8, 0x07)]), Buffer.from([0x02]), samples]);
  const checked = Buffer.alloc(2);
  checked.writeUInt16BE(crc(frame, 16, 0x8005));
  return Buffer.concat([frame, checked]);
}

function crc(bytes: Uint8Array, bits: 8 | 16, polynomial: number): number {
  const top = 1 << (bits - 1);
  const mask = 2 ** bits - 1;
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (bits - 8);
    for (let bit = 0; bit < 8; bit += 1) value = ((value << 1) ^ (value & top ? polynomial : 0)) & mask;
  }
  return value;
}
