import { describe, expect, it } from 'vitest';
import { changedWords } from './changed-words.js';

/** Puts new words in brackets. */
const shown = (before: string, after: string): string =>
  changedWords(before, after)
    .map(({ text, isNew }) => (isNew ? `[${text}]` : text))
    .join(' ');

describe('changed words', () => {
  it.each([
    ['the same text has none', 'a b c', 'a b c', 'a b c'],
    ['replaced words are new', 'on the ring dike is', 'on the Ringdijk is', 'on the [Ringdijk] is'],
    [
      'an added sentence is new',
      'Steep. Mail me.',
      'Steep. I measured. Mail me.',
      'Steep. [I] [measured.] Mail me.',
    ],
    ['a dropped word is omitted', 'a well b', 'a b', 'a b'],
    ['a word that moved is new once', 'b a c', 'a b c', 'a [b] c'],
    ['all is new after an empty text', '', 'a b', '[a] [b]'],
    ['a removed text is empty', 'a b', '', ''],
    ['line breaks are not a change', 'a\n\nb', 'a b', 'a b'],
  ])('%s', (_rule, before, after, marked) => {
    expect(shown(before, after)).toBe(marked);
  });
});
