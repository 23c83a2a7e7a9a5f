/**
 * Headers of the frames of recordings that have no container: MPEG audio, such as MP3, and AAC in
 * ADTS.
 */

/** Length of the headers, without which nothing is known about a frame. */
const MPEG_HEADER_BYTES = 4;
const ADTS_HEADER_BYTES = 7;

/** The first eleven bits of a frame of MPEG audio. */
const MPEG_SYNC = 0xffe0;
const SYNC_BYTE = 0xff;

/** The channel mode of a single channel. */
const MONO = 3;

export interface Frame {
  /** Length with the header. */
  bytes: number;
  /** Must be the same in all frames of a stream. */
  kind: number;
  /** Number of samples, of each channel. */
  samples: number;
  /** Samples a second, of each channel. */
  sampleRate: number;
}

/** A frame of MPEG audio, whose length follows from its bit rate. */
export interface MpegFrame extends Frame {
  /** Mean length of the frames at this bit rate: not all of them have the byte of padding. */
  meanBytes: number;
  /** Where a frame that holds a Xing tag instead of sound has it, from the start of the frame. */
  xingOffset: number;
}

/**
 * Bit rates in kbit/s, by version (1, or 2 and 2.5) and layer: ISO/IEC 11172-3, 2.4.2.3, and
 * 13818-3, 2.4.2.3.
 */
const BIT_RATES: Readonly<Record<string, readonly number[]>> = {
  '1-1': [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1-2': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1-3': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2-1': [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2-2': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2-3': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const SAMPLE_RATES: readonly number[] = [44_100, 48_000, 32_000];

/** Version 2 halves the sample rates, and version 2.5 quarters them. */
const SAMPLE_RATE_DIVISORS: readonly number[] = [4, 0, 2, 1];

/** Sample rates of AAC by index: ISO/IEC 14496-3, 1.6.3.4. */
const AAC_SAMPLE_RATES: readonly number[] = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];
const AAC_SAMPLES = 1_024;

/** @returns undefined when no frame of MPEG audio starts at `offset`, or its header is cut off */
export function mpegFrame(head: Uint8Array, offset: number): MpegFrame | undefined {
  if (offset + MPEG_HEADER_BYTES > head.length) return undefined;
  const [first = 0, second = 0, third = 0, fourth = 0] = head.subarray(offset, offset + MPEG_HEADER_BYTES);
  if (((first << 8) | second) < MPEG_SYNC) return undefined;
  const divisor = SAMPLE_RATE_DIVISORS[(second >> 3) & 3] ?? 0;
  const isFirstVersion = divisor === 1;
  const layer = 4 - ((second >> 1) & 3);
  const bitRate = BIT_RATES[`${isFirstVersion ? 1 : 2}-${layer}`]?.[third >> 4] ?? 0;
  const fullRate = SAMPLE_RATES[(third >> 2) & 3] ?? 0;
  if (bitRate * fullRate * divisor === 0) return undefined;
  const sampleRate = fullRate / divisor;
  const samples = mpegSamples(layer, isFirstVersion);
  // Layer I counts units of 4 bytes.
  const unit = layer === 1 ? 4 : 1;
  const meanBytes = ((samples / 8) * bitRate * 1_000) / sampleRate;
  const padding = ((third >> 1) & 1) * unit;
  const isMono = fourth >> 6 === MONO;
  return {
    bytes: Math.floor(meanBytes / unit) * unit + padding,
    kind: ((second & 0x1e) << 8) | (third & 0x0c),
    samples,
    sampleRate,
    meanBytes,
    xingOffset: MPEG_HEADER_BYTES + sideInformationBytes(isFirstVersion, isMono),
  };
}

/** Version 2 and later halve the frames of layer III. */
function mpegSamples(layer: number, isFirstVersion: boolean): number {
  if (layer === 1) return 384;
  return layer === 3 && !isFirstVersion ? 576 : 1_152;
}

/** Length of what precedes the sound in a frame of layer III: ISO/IEC 11172-3, 2.4.1.7. */
function sideInformationBytes(isFirstVersion: boolean, isMono: boolean): number {
  if (isFirstVersion) return isMono ? 17 : 32;
  return isMono ? 9 : 17;
}

/**
 * Reads a frame header by ISO/IEC 14496-3, 1.A.2.2.
 *
 * @returns undefined when no frame starts at `offset`, or its header is cut off
 */
export function adtsFrame(head: Uint8Array, offset: number): Frame | undefined {
  if (offset + ADTS_HEADER_BYTES > head.length) return undefined;
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0, seventh = 0] = head.subarray(
    offset,
    offset + ADTS_HEADER_BYTES,
  );
  if (first !== SYNC_BYTE || (second & 0xf6) !== 0xf0) return undefined;
  const bytes = ((fourth & 3) << 11) | (fifth << 3) | (sixth >> 5);
  if (bytes < ADTS_HEADER_BYTES) return undefined;
  return {
    bytes,
    kind: ((second & 0x08) << 8) | (third & 0xfc),
    samples: AAC_SAMPLES * ((seventh & 3) + 1),
    sampleRate: AAC_SAMPLE_RATES[(third >> 2) & 15] ?? 0,
  };
}
