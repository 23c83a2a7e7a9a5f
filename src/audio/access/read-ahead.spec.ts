import { expect, it } from 'vitest';
import type { ByteRange } from '../audio-storage.js';
import { audioInMemory, type RandomAccessAudio } from './random-access-audio.js';
import { readingAhead } from './read-ahead.js';

const MIB = 1_048_576;
const STEP = 65_536;
const FILE = Buffer.from(Uint32Array.from({ length: MIB }, (_, index) => index).buffer);
const { signal } = new AbortController();

function recorded(): { audio: RandomAccessAudio; ranges: ByteRange[] } {
  const ranges: ByteRange[] = [];
  const audio = audioInMemory(FILE);
  const read: RandomAccessAudio['read'] = (range, reads) => {
    ranges.push(range);
    return audio.read(range, reads);
  };
  return { audio: readingAhead({ bytes: FILE.length, read }), ranges };
}

it('reads a recording forward in large blocks', async () => {
  const { audio, ranges } = recorded();

  const read: Buffer[] = [];
  for (let start = 0; start < FILE.length; start += STEP) {
    read.push(await audio.read({ start, end: Math.min(start + STEP, FILE.length) - 1 }, signal));
  }

  expect(Buffer.concat(read).equals(FILE)).toBe(true);
  expect(ranges.length).toBeLessThanOrEqual(FILE.length / MIB + 1);
  expect(Math.max(...ranges.map(({ start, end }) => end - start + 1))).toBe(MIB);
});

it('reads nothing but what is asked for elsewhere, also across the blocks that it keeps', async () => {
  const { audio, ranges } = recorded();
  await audio.read({ start: 1_000, end: 1_999 }, signal);

  const [across, elsewhere] = await Promise.all([
    audio.read({ start: 1_500, end: 2_499 }, signal),
    audio.read({ start: 3_000_000, end: 3_000_009 }, signal),
  ]);

  expect(across.equals(FILE.subarray(1_500, 2_500))).toBe(true);
  expect(elsewhere.equals(FILE.subarray(3_000_000, 3_000_010))).toBe(true);
  expect(ranges.at(-1)).toEqual({ start: 3_000_000, end: 3_000_009 });
});
