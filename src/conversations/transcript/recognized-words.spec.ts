import { describe, expect, it } from '@jest/globals';
import { readRecognisedWords } from './recognized-words.js';

describe('the words of a provider', () => {
  it('are read with what it says of them', () => {
    const words = [
      { text: ' Hi, ', start: 10, end: 20, confidence: 0.9, speaker: 'A', channel: '1' },
      { text: 'you', start: 25.4, end: 31.6 },
    ];
    expect(readRecognisedWords(words)).toEqual([
      { text: 'Hi,', startMs: 10, endMs: 20, confidence: 0.9, speaker: 'A' },
      { text: 'you', startMs: 25, endMs: 32, confidence: null, speaker: null },
    ]);
  });

  it.each([
    ['null', null],
    ['a text', 'words'],
    ['an object', {}],
    [
      'entries without sense',
      [null, 5, {}, { text: 'a' }, { text: '', start: 1, end: 2 }, { text: 'a', start: '1', end: 2 }],
    ],
    [
      'times that are none',
      [
        { text: 'a', start: Number.NaN, end: 2 },
        { text: 'a', start: -1, end: 2 },
      ],
    ],
  ])('are none in %s', (_name, words) => {
    expect(readRecognisedWords(words)).toEqual([]);
  });

  it('never run backwards', () => {
    const words = [
      { text: 'a', start: 100, end: 200 },
      { text: 'b', start: 50, end: 80 },
      { text: 'c', start: 300, end: 250 },
    ];
    expect(readRecognisedWords(words).map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [100, 200],
      [100, 100],
      [300, 300],
    ]);
  });
});
