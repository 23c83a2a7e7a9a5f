import { readWav } from '../sounds/wav.js';

/**
 * Writes FLAC without compressing (RFC 9639), in the one shape of the samples: a channel of 16 bits
 * at 8 kHz, in frames of a fixed number of samples.
 */

const SAMPLE_RATE = 8_000;
const SAMPLE_BYTES = 2;
const FRAME_SAMPLES = 1_152;
export const FLAC_FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE;
const FRAME_SOUND_BYTES = FRAME_SAMPLES * SAMPLE_BYTES;

/** Sync code of frames of a fixed size; 1,152 samples at 8 kHz; one channel of 16 bits. */
const FRAME_HEADER = Buffer.from([0xff, 0xf8, 0x34, 0x08]);
/** The samples follow as they are. */
const VERBATIM_SUBFRAME = 0x02;

const CRC8_POLYNOMIAL = 0x07;
const CRC16_POLYNOMIAL = 0x8005;

const STREAM_INFO_BYTES = 34;
const LAST_BLOCK = 0x80;
const CHANNELS_AND_BITS = 0x00_f0;

/** Returns what precedes the frames of a file. */
export function flacHeader(frames: number): Buffer {
  const info = Buffer.alloc(STREAM_INFO_BYTES);
  info.writeUInt16BE(FRAME_SAMPLES, 0);
  info.writeUInt16BE(FRAME_SAMPLES, 2);
  // The sizes of the frames, and later the digest, stay zero: not known.
  info.writeUInt32BE(((SAMPLE_RATE << 12) | CHANNELS_AND_BITS) >>> 0, 10);
  info.writeUInt32BE(frames * FRAME_SAMPLES, 14);
  return Buffer.concat([Buffer.from('fLaC'), Buffer.from([LAST_BLOCK, 0, 0, STREAM_INFO_BYTES]), info]);
}

/**
 * Divides the sound of a WAV file into frames without numbers. The last one is filled up with
 * silence.
 */
export function flacFrameBodies(wav: Buffer): Buffer[] {
  const { data = Buffer.alloc(0) } = readWav(wav) ?? {};
  const bodies: Buffer[] = [];
  for (let start = 0; start < data.length; start += FRAME_SOUND_BYTES) {
    const sound = Buffer.alloc(FRAME_SOUND_BYTES);
    data.copy(sound, 0, start);
    bodies.push(Buffer.concat([Buffer.from([VERBATIM_SUBFRAME]), sound.swap16()]));
  }
  return bodies;
}

/** The body of a frame without sound. */
export const SILENT_FLAC_BODY = Buffer.concat([
  Buffer.from([VERBATIM_SUBFRAME]),
  Buffer.alloc(FRAME_SOUND_BYTES),
]);

/** @param number of the frame in its file, from 0 */
export function flacFrame(body: Buffer, number: number): Buffer {
  const start = Buffer.concat([FRAME_HEADER, codedNumber(number)]);
  const headed = Buffer.concat([start, Buffer.from([crc(start, CRC8)]), body]);
  const footer = Buffer.alloc(2);
  footer.writeUInt16BE(crc(headed, CRC16));
  return Buffer.concat([headed, footer]);
}

const MAX_ONE_BYTE = 0x80;
/** Bits in each byte after the first. */
const FOLLOWING_BITS = 6;

/** Codes a number as UTF-8 codes characters: RFC 9639, 9.1.5. */
function codedNumber(number: number): Buffer {
  if (number < MAX_ONE_BYTE) return Buffer.from([number]);
  const following: number[] = [];
  let rest = number;
  // The first byte has a leading one for each byte, a zero, and the highest bits.
  while (rest >= 1 << (FOLLOWING_BITS - following.length)) {
    following.unshift(0x80 | (rest & 0x3f));
    rest >>= FOLLOWING_BITS;
  }
  const leadingOnes = (0xff << (FOLLOWING_BITS - following.length + 1)) & 0xff;
  return Buffer.from([leadingOnes | rest, ...following]);
}

interface Crc {
  bits: number;
  table: Uint16Array;
}

const CRC8 = crcOf(8, CRC8_POLYNOMIAL);
const CRC16 = crcOf(16, CRC16_POLYNOMIAL);

function crcOf(bits: number, polynomial: number): Crc {
  const top = 1 << (bits - 1);
  const mask = (1 << bits) - 1;
  const table = Uint16Array.from({ length: 256 }, (_, byte) => {
    let value = byte << (bits - 8);
    for (let bit = 0; bit < 8; bit += 1) {
      value = (value & top) === 0 ? value << 1 : (value << 1) ^ polynomial;
    }
    return value & mask;
  });
  return { bits, table };
}

function crc(bytes: Buffer, { bits, table }: Crc): number {
  const mask = (1 << bits) - 1;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) & mask) ^ (table[((value >> (bits - 8)) ^ byte) & 0xff] ?? 0);
  }
  return value;
}
