import type { ByteRange } from '../audio-storage.js';
import type { RandomAccessAudio } from './random-access-audio.js';

/**
 * Read at once when a recording is read forward: each read of a bucket or of a web server costs a
 * round trip, and parsers ask for 64 KiB to 192 KiB.
 */
const READ_AHEAD_BYTES = 1_048_576;

/** A parser reads at two places at once. */
const KEPT_BLOCKS = 2;

interface Block extends ByteRange {
  data: Promise<Buffer>;
}

/**
 * Reads larger blocks as soon as a recording is read forward, and keeps the last two. A read
 * elsewhere loads nothing but its own bytes.
 *
 * @returns a recording for one task: all of its reads must have the same signal
 */
export function readingAhead(audio: RandomAccessAudio): RandomAccessAudio {
  let blocks: Block[] = [];

  function load(start: number, end: number, signal: AbortSignal): Block {
    const isForward = blocks.some((block) => block.end + 1 === start);
    const last = isForward ? Math.min(start + READ_AHEAD_BYTES, audio.bytes) - 1 : end;
    const range = { start, end: Math.max(end, last) };
    const block = { ...range, data: audio.read(range, signal) };
    blocks = [...blocks.slice(1 - KEPT_BLOCKS), block];
    return block;
  }

  async function dataOf(block: Block): Promise<Buffer> {
    try {
      return await block.data;
    } catch (error) {
      blocks = blocks.filter((other) => other !== block);
      throw error;
    }
  }

  return {
    bytes: audio.bytes,
    async read({ start, end }, signal) {
      const known = blocks.find((block) => block.start <= start && start <= block.end);
      const first = known ?? load(start, end, signal);
      const isWhole = first.end >= end;
      // Started before the first one is awaited, as another read could displace it.
      const second = isWhole ? undefined : load(first.end + 1, end, signal);
      const [head, tail] = await Promise.all([
        dataOf(first),
        second === undefined ? undefined : dataOf(second),
      ]);
      const beginning = head.subarray(start - first.start, end + 1 - first.start);
      if (tail === undefined || second === undefined) return beginning;
      return Buffer.concat([beginning, tail.subarray(0, end + 1 - second.start)]);
    },
  };
}
