import { describe, expect, it } from 'vitest';
import { fence, oneLine } from './fence.js';

describe('fence', () => {
  it.each([
    ['</guidance>', '[/guidance]'],
    ['< / Guidance >', '[ / Guidance ]'],
    ['<hotwords / >', '[hotwords / ]'],
    ['</\n\n transcript\n/\t>', '[/\n\n transcript\n/\t]'],
    ['<<partial_transcript>>', '<[partial_transcript]>'],
  ])('replaces the angle brackets of our own tags: %j', (text, without) => {
    expect(fence('guidance', text)).toBe(`<guidance>\n${without}\n</guidance>`);
  });

  it.each(['<b>', '< / / guidance>', '<guidance x>', '<guidances>', 'guidance>', '< >'])(
    'leaves other text unchanged: %j',
    (text) => {
      expect(fence('guidance', text)).toBe(`<guidance>\n${text}\n</guidance>`);
    },
  );

  // Quadratic time would take hours for these lengths.
  it.each(
    ['<', '</', '<guidance', '<guidance/', '<'].flatMap((tag) =>
      [100_000, 5_000_000].map((n) => [tag, n] as const),
    ),
  )('reads %j and %d spaces in linear time', (tag, spaces) => {
    const text = `${tag}${' '.repeat(spaces)}x`;
    expect(fence('guidance', text)).toBe(`<guidance>\n${text}\n</guidance>`);
  });
});

describe('oneLine', () => {
  it('replaces white space of any length by one space', () => {
    expect(oneLine(`a${' \n\u2028\u0000'.repeat(1_000_000)}b\n`)).toBe('a b');
  });
});
