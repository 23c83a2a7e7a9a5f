import { describe, expect, it } from 'vitest';
import { decodeInSlices } from './decode-in-slices.js';

describe('decodeInSlices', () => {
  it.each([
    ['nothing', ''],
    ['a short text', 'één 😀'],
    ['characters across the ends of slices', `a${'ก'.repeat(3_000_000)}`],
  ])('returns the same text as decoding at once: %s', async (_what, text) => {
    expect((await decodeInSlices(Buffer.from(text))) === text).toBe(true);
  });

  it('drops the byte order mark, and replaces invalid bytes', async () => {
    const bytes = Buffer.concat([Buffer.from('\ufeffa'), Buffer.from([0xff]), Buffer.from('b')]);

    expect(await decodeInSlices(bytes)).toBe('a\ufffdb');
  });
});
