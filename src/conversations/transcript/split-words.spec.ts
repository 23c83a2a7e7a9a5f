import { describe, expect, it } from 'vitest';
import { splitWords } from './split-words.js';

describe('splitWords', () => {
  it('returns the gap between two words', () => {
    expect(splitWords(' a b\n \nc\u00a0d \n')).toEqual([
      { text: 'a', gap: '' },
      { text: 'b', gap: ' ' },
      { text: 'c', gap: '\n' },
      { text: 'd', gap: ' ' },
    ]);
  });

  it('splits a script without spaces into characters, with the signs after each', () => {
    expect(splitWords('你好。ok แม')).toEqual([
      { text: '你', gap: '' },
      { text: '好。', gap: '' },
      { text: 'ok', gap: '' },
      { text: 'แ', gap: ' ' },
      { text: 'ม', gap: '' },
    ]);
  });

  // Quadratic time would be minutes and hours.
  it.each([100_000, 5_000_000])('splits a text with %d spaces anywhere', (length) => {
    const spaces = ' '.repeat(length);
    expect(splitWords(spaces)).toEqual([]);
    expect(splitWords(`${spaces}a${spaces}b${spaces}`)).toEqual([
      { text: 'a', gap: '' },
      { text: 'b', gap: ' ' },
    ]);
  });
});
