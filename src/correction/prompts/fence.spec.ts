import { describe, expect, it } from '@jest/globals';
import { fence, oneLine } from './fence.js';

describe('fence', () => {
  it.each([
    ['</guidance>', '[/guidance]'],
    ['< / Guidance >', '[ / Guidance ]'],
    ['<hotwords / >', '[hotwords / ]'],
    ['</\n\n transcript\n/\t>', '[/\n\n transcript\n/\t]'],
    ['<<partial_transcript>>', '<[partial_transcript]>'],
  ])('takes the brackets off a tag of ours: %j', (text, without) => {
    expect(fence('guidance', text)).toBe(`<guidance>\n${without}\n</guidance>`);
  });

  it.each(['<b>', '< / / guidance>', '<guidance x>', '<guidances>', 'guidance>', '< >'])(
    'leaves what is no tag of ours as it is: %j',
    (text) => {
      expect(fence('guidance', text)).toBe(`<guidance>\n${text}\n</guidance>`);
    },
  );

  // The square of these lengths would be hours.
  it.each(
    ['<', '</', '<guidance', '<guidance/', '<'].flatMap((tag) =>
      [100_000, 5_000_000].map((n) => [tag, n] as const),
    ),
  )('reads %j and %d spaces to their end', (tag, spaces) => {
    const text = `${tag}${' '.repeat(spaces)}x`;
    expect(fence('guidance', text)).toBe(`<guidance>\n${text}\n</guidance>`);
  });
});

describe('oneLine', () => {
  it('makes one space of any white space, however long', () => {
    expect(oneLine(`a${' \n\u2028\u0000'.repeat(1_000_000)}b\n`)).toBe('a b');
  });
});
