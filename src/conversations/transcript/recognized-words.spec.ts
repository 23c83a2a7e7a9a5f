import { describe, expect, it } from 'vitest';
import { readRecognizedWords } from './recognized-words.js';

describe('the words of a provider', () => {
  it('are read with their times, confidence and speaker', () => {
    const words = [
      { text: ' Hi, ', start: 10, end: 20, confidence: 0.9, speaker: 'A', channel: '1' },
      { text: 'you', start: 25.4, end: 31.6 },
    ];
    expect(readRecognizedWords(words)).toEqual([
      { text: 'Hi,', startMs: 10, endMs: 20, confidence: 0.9, speaker: 'A' },
      { text: 'you', startMs: 25, endMs: 32, confidence: null, speaker: null },
    ]);
  });

  it.each([
    ['null', null],
    ['a text', 'words'],
    ['an object', {}],
    [
      'invalid entries',
      [null, 5, {}, { text: 'a' }, { text: '', start: 1, end: 2 }, { text: 'a', start: '1', end: 2 }],
    ],
    [
      'invalid times',
      [
        { text: 'a', start: Number.NaN, end: 2 },
        { text: 'a', start: -1, end: 2 },
      ],
    ],
  ])('are empty for %s', (_name, words) => {
    expect(readRecognizedWords(words)).toEqual([]);
  });

  it('never run backwards', () => {
    const words = [
      { text: 'a', start: 100, end: 200 },
      { text: 'b', start: 50, end: 80 },
      { text: 'c', start: 300, end: 250 },
    ];
    expect(readRecognizedWords(words).map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [100, 200],
      [100, 100],
      [300, 300],
    ]);
  });
});
