/** The sound of a WAV file. */
export interface WavSound {
  /** Uncompressed samples. */
  readonly data: Buffer;
  readonly bytesPerSecond: number;
}

const CHUNKS_OFFSET = 12;
const CHUNK_HEADER_BYTES = 8;
const BYTE_RATE_OFFSET = 8;

/** Whether the first bytes are those of a WAV file. */
export function isWav(head: Buffer): boolean {
  return head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WAVE';
}

/** @returns undefined when the bytes are no WAV file */
export function readWav(bytes: Buffer): WavSound | undefined {
  if (!isWav(bytes)) return undefined;
  let bytesPerSecond = 0;
  let offset = CHUNKS_OFFSET;
  while (offset + CHUNK_HEADER_BYTES <= bytes.length) {
    const name = bytes.toString('latin1', offset, offset + 4);
    const size = bytes.readUInt32LE(offset + 4);
    const start = offset + CHUNK_HEADER_BYTES;
    if (name === 'fmt ' && start + BYTE_RATE_OFFSET + 4 <= bytes.length) {
      bytesPerSecond = bytes.readUInt32LE(start + BYTE_RATE_OFFSET);
    }
    if (name === 'data') {
      // A recorder that was cut off leaves the size of a longer file.
      return bytesPerSecond === 0 ? undefined : { data: bytes.subarray(start, start + size), bytesPerSecond };
    }
    // Chunks begin at even positions.
    offset = start + size + (size % 2);
  }
  return undefined;
}
