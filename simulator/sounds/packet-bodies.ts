/** The first twelve bits of a frame of AAC that has a header of ADTS. */
const ADTS_SYNC = 0xfff;
const ADTS_HEADER_BYTES = 7;
const ADTS_CHECKSUM_BYTES = 2;

/** Cuts off the header with which AAC is stored outside of MP4: ISO/IEC 14496-3, 1.A.2.2. */
export function adtsBody(packet: Buffer): Buffer {
  if (packet.length < ADTS_HEADER_BYTES || packet.readUInt16BE(0) >> 4 !== ADTS_SYNC) return packet;
  const isUnprotected = (packet.readUInt8(1) & 1) === 1;
  return packet.subarray(ADTS_HEADER_BYTES + (isUnprotected ? 0 : ADTS_CHECKSUM_BYTES));
}

/** Sync code, block size, sample rate, channels and bit depth. */
const FLAC_FIXED_BYTES = 4;
const FLAC_CRC8_BYTES = 1;
const FLAC_CRC16_BYTES = 2;
/** Codes of block sizes and sample rates that follow the number of the frame, and their lengths. */
const BLOCK_SIZE_BYTES: Readonly<Record<number, number>> = { 0b0110: 1, 0b0111: 2 };
const SAMPLE_RATE_BYTES: Readonly<Record<number, number>> = { 0b1100: 1, 0b1101: 2, 0b1110: 2 };

/**
 * Cuts off header and footer of a frame of FLAC, which have its number and checksums: RFC 9639, 9.1
 * and 9.3.
 */
export function flacBody(frame: Buffer): Buffer {
  const codes = frame[2] ?? 0;
  const headerBytes =
    FLAC_FIXED_BYTES +
    codedNumberBytes(frame[FLAC_FIXED_BYTES] ?? 0) +
    (BLOCK_SIZE_BYTES[codes >> 4] ?? 0) +
    (SAMPLE_RATE_BYTES[codes & 0x0f] ?? 0) +
    FLAC_CRC8_BYTES;
  return frame.subarray(headerBytes, -FLAC_CRC16_BYTES);
}

/** The leading ones of the first byte count the bytes, as in UTF-8; without any it is one byte. */
function codedNumberBytes(first: number): number {
  const leadingOnes = Math.clz32(~(first << 24));
  return Math.max(1, leadingOnes);
}
