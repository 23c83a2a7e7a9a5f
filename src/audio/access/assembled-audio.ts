import type { ByteRange } from '../audio-storage.js';
import type { RandomAccessAudio } from './random-access-audio.js';

/** A piece of an assembled recording: bytes, or a part of the recording that it is made of. */
export type Piece = Buffer | ByteRange;

/** Presents pieces of a recording as a file of its own, without copying them. */
export function assembledAudio(audio: RandomAccessAudio, pieces: readonly Piece[]): RandomAccessAudio {
  return {
    bytes: pieces.reduce((bytes, piece) => bytes + lengthOf(piece), 0),
    async read({ start, end }, signal) {
      const parts: Promise<Buffer>[] = [];
      let offset = 0;
      for (const piece of pieces) {
        const from = Math.max(start - offset, 0);
        const to = Math.min(end - offset, lengthOf(piece) - 1);
        if (from <= to) parts.push(readPiece(audio, piece, { start: from, end: to }, signal));
        offset += lengthOf(piece);
      }
      const read = await Promise.all(parts);
      const [first] = read;
      return first !== undefined && read.length === 1 ? first : Buffer.concat(read);
    },
  };
}

function lengthOf(piece: Piece): number {
  return Buffer.isBuffer(piece) ? piece.byteLength : piece.end - piece.start + 1;
}

async function readPiece(
  audio: RandomAccessAudio,
  piece: Piece,
  { start, end }: ByteRange,
  signal: AbortSignal,
): Promise<Buffer> {
  if (Buffer.isBuffer(piece)) return piece.subarray(start, end + 1);
  return audio.read({ start: piece.start + start, end: piece.start + end }, signal);
}
