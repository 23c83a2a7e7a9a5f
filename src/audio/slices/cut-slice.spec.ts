import type { EncodedPacket } from 'mediabunny';
import { describe, expect, it } from 'vitest';
import { audioInMemory } from '../access/random-access-audio.js';
import { packetsOf, packetsWithin } from '../testing/long-files.js';
import { recording, wavFile } from '../testing/sound-files.js';
import { cutSlice, type SliceRequest } from './cut-slice.js';

const CUTS = 12;

const FILES = [
  ['cbr.mp3', 'audio/mpeg'],
  ['cbr-untagged.mp3', 'audio/mpeg'],
  ['vbr.mp3', 'audio/mpeg'],
  ['vbr-untagged.mp3', 'audio/mpeg'],
  ['cover.mp3', 'audio/mpeg'],
  ['index-at-end.m4a', 'audio/mp4'],
  ['fragmented.m4a', 'audio/mp4'],
  ['film-with-sound.mp4', 'audio/mp4'],
  ['adts.aac', 'audio/aac'],
  ['opus.ogg', 'audio/ogg'],
  ['opus.webm', 'audio/webm'],
  ['browser.webm', 'audio/webm'],
  ['flac.flac', 'audio/flac'],
  ['wav', 'audio/wav'],
] as const;

async function load(name: string): Promise<Buffer> {
  return name === 'wav' ? wavFile({ seconds: 3, bits: 24 }) : recording(name);
}

async function cut(file: Buffer, request: Partial<SliceRequest>, signal = new AbortController().signal) {
  const whole = { startSeconds: 0, endSeconds: 3, maxBytes: 1_000_000 };
  return cutSlice(audioInMemory(file), { ...whole, ...request }, signal);
}

const hex = ({ data }: EncodedPacket): string => Buffer.from(data).toString('hex');

describe('a slice', () => {
  it.each(FILES)(
    'of %s has exactly the packets that overlap its part, wherever it is cut',
    async (name, mimeType) => {
      const file = await load(name);
      const packets = await packetsOf(file);
      for (let index = 0; index < CUTS; index += 1) {
        const startSeconds = (index * 1.9) / CUTS;
        const endSeconds = startSeconds + 0.1 + index / 20;

        const slice = await cut(file, { startSeconds, endSeconds });

        const wanted = packetsWithin(packets, startSeconds, endSeconds);
        if ('uncut' in slice) throw new Error(slice.detail);
        expect(slice.mimeType).toBe(mimeType);
        expect(slice.startSeconds).toBeCloseTo(wanted[0]?.timestamp ?? NaN, 3);
        // A WAV has no packets of its own: the library counts them from its beginning.
        const [found, expected] = [await packetsOf(slice.bytes), wanted].map((list) => list.map(hex));
        expect(found?.join('')).toBe(expected?.join(''));
      }
    },
  );

  it('is not made when it would be too large', async () => {
    expect(await cut(await load('wav'), { maxBytes: 40_000 })).toMatchObject({ uncut: 'too_large' });
  });

  it('is not made of a part behind the end', async () => {
    expect(await cut(await load('opus.ogg'), { startSeconds: 7, endSeconds: 9 })).toMatchObject({
      uncut: 'empty',
    });
  });

  it.each([
    ['alac.m4a', 'unsupported'],
    ['opus.caf', 'unreadable'],
    ['film.mp4', 'unsupported'],
    ['empty.flac', 'empty'],
  ])('is not made of %s, and says why', async (name, uncut) => {
    expect(await cut(await load(name), {})).toMatchObject({ uncut });
  });

  it('ends with the reason of a caller who does not want it any more', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));

    await expect(cut(await load('wav'), {}, signal)).rejects.toThrow('stopped');
  });
});
