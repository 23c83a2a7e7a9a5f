import { describe, expect, it } from '@jest/globals';
import { decodeInSlices } from './decode-in-slices.js';

describe('text that is decoded in turns', () => {
  it.each([
    ['nothing', ''],
    ['a short text', 'één 😀'],
    ['characters across the ends of slices', `a${'ก'.repeat(3_000_000)}`],
  ])('is that of the whole: %s', async (_what, text) => {
    expect((await decodeInSlices(Buffer.from(text))) === text).toBe(true);
  });

  it('has no byte order mark, and stands for bytes that are no text', async () => {
    const bytes = Buffer.concat([Buffer.from('\ufeffa'), Buffer.from([0xff]), Buffer.from('b')]);

    expect(await decodeInSlices(bytes)).toBe('a\ufffdb');
  });
});
