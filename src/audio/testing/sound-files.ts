import { readFile } from 'node:fs/promises';

const FOLDER = new URL('../../../test/recordings/', import.meta.url);

/** Reads a file of test/recordings. */
export async function recording(name: string): Promise<Buffer> {
  return readFile(new URL(name, FOLDER));
}

interface WavOptions {
  seconds: number;
  sampleRate?: number;
  channels?: number;
  bits?: 8 | 16 | 24 | 32;
  /** Format tag: 1 for whole numbers, 3 for floating point. */
  format?: 1 | 3;
  /** Written into the header; the true number when omitted. */
  dataBytes?: number;
}

/** Stands for a size that is not known. */
export const MAX_SIZE = 0xffff_ffff;

/** Makes a WAV file in which every sample differs from its neighbors. */
export function wavFile(options: WavOptions): Buffer {
  const { seconds, sampleRate = 8_000, channels = 1, bits = 16, format = 1 } = options;
  const block = (bits / 8) * channels;
  const data = Buffer.alloc(Math.round(seconds * sampleRate) * block);
  for (let index = 0; index < data.length; index += 1) data[index] = (index * 31) % 251;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  const { dataBytes = data.length } = options;
  header.writeUInt32LE(Math.min(36 + dataBytes, MAX_SIZE), 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(format, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * block, 28);
  header.writeUInt16LE(block, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36);
  header.writeUInt32LE(dataBytes, 40);
  return Buffer.concat([header, data]);
}
