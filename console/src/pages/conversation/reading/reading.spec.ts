import { describe, expect, it } from 'vitest';
import type { TranscriptChunk, TranscriptWord } from '../../../api/types';
import { neighborParagraph, neighborWord, wordAtOffset, wordAtTime, wordFromTime } from './find-word';
import { readChunk } from './reading';

/** Words of 200 ms, each 300 ms after the one before. */
function chunkOf(text: string, more: Partial<TranscriptChunk> = {}): TranscriptChunk {
  const offsetMs = more.offsetMs ?? 0;
  const words = text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word, index): TranscriptWord => {
      const start = offsetMs + index * 300;
      return { text: word, start, end: start + 200 };
    });
  return { id: 'a', position: 0, durationSeconds: null, offsetMs, transcript: text, words, ...more };
}

function paragraphsOf(chunk: TranscriptChunk): string[] {
  return readChunk(chunk).paragraphs.map(({ text }) => text);
}

/** Changes one word of a chunk, and with `shiftMs` the times from it on. */
function withWord(
  chunk: TranscriptChunk,
  at: number,
  change: Partial<TranscriptWord>,
  shiftMs = 0,
): TranscriptChunk {
  const words = chunk.words.map((word, index) => ({
    ...word,
    start: word.start + (index >= at ? shiftMs : 0),
    end: word.end + (index >= at ? shiftMs : 0),
    ...(index === at ? change : {}),
  }));
  return { ...chunk, words };
}

describe('the paragraphs of a chunk', () => {
  it('are its text, as it is written', () => {
    expect(paragraphsOf(chunkOf('Good evening,  everyone.'))).toEqual(['Good evening,  everyone.']);
    expect(paragraphsOf(chunkOf(''))).toEqual([]);
  });

  it('begin at line breaks, after long pauses and where the speaker changes', () => {
    expect(paragraphsOf(chunkOf('one two\n\nthree'))).toEqual(['one two', 'three']);
    expect(paragraphsOf(withWord(chunkOf('one two three'), 1, {}, 2_000))).toEqual(['one', 'two three']);
    const chunk = chunkOf('one two three');
    const words = chunk.words.map((word, index) => ({ ...word, speaker: index === 0 ? 'A' : 'B' }));
    expect(readChunk({ ...chunk, words }).paragraphs.map(({ text, speaker }) => [text, speaker])).toEqual([
      ['one', 'A'],
      ['two three', 'B'],
    ]);
  });

  it('end with a sentence when they are long, and without one when they never end', () => {
    const sentence = `${'word '.repeat(49)}end. `;
    expect(paragraphsOf(chunkOf(sentence.repeat(5).trim())).map((text) => text.split(' ').length)).toEqual([
      100, 100, 50,
    ]);
    const endless = paragraphsOf(chunkOf('word '.repeat(500).trim()));
    expect(endless.map((text) => text.split(' ').length)).toEqual([220, 220, 60]);
  });

  it('hold the words of scripts without spaces', () => {
    const words = ['会', '議', 'は。'].map((text, index) => ({
      text,
      start: index * 100,
      end: index * 100 + 90,
    }));
    const [paragraph] = readChunk({ ...chunkOf(''), transcript: '会議は。', words }).paragraphs;
    expect(paragraph).toMatchObject({ text: '会議は。', starts: [0, 1, 2], ends: [1, 2, 4] });
  });

  it('are made of the words when the text is not theirs', () => {
    expect(paragraphsOf({ ...chunkOf('one two'), transcript: 'something else' })).toEqual(['one two']);
  });
});

describe('words', () => {
  const readings = [
    readChunk(chunkOf('one two three')),
    readChunk(chunkOf('', { id: 'b', offsetMs: 1_000 })),
    readChunk(chunkOf('four five\nsix', { id: 'c', offsetMs: 2_000 })),
  ];

  it('are found at a time: from their start up to, but not including, their end', () => {
    expect(wordAtTime(readings, 0)).toEqual({ chunkId: 'a', index: 0 });
    expect(wordAtTime(readings, 199.9)).toEqual({ chunkId: 'a', index: 0 });
    expect(wordAtTime(readings, 200)).toBeNull();
    expect(wordAtTime(readings, 300)).toEqual({ chunkId: 'a', index: 1 });
    expect(wordAtTime(readings, 1_500)).toBeNull();
    expect(wordAtTime(readings, 2_650)).toEqual({ chunkId: 'c', index: 2 });
    expect(wordAtTime([], 5)).toBeNull();
  });

  it('are found although a later one without duration began meanwhile', () => {
    const chunk = chunkOf('one two three');
    const words = [
      { text: 'one', start: 0, end: 500 },
      { text: 'two', start: 100, end: 100 },
      { text: 'three', start: 600, end: 700 },
    ];
    expect(wordAtTime([readChunk({ ...chunk, words })], 300)).toEqual({ chunkId: 'a', index: 0 });
  });

  it('are found at an offset of their paragraph', () => {
    const paragraph = readings[2]?.paragraphs[0];
    if (paragraph === undefined) throw new Error('the chunk has a paragraph');
    expect([0, 3, 4, 5, 9].map((offset) => wordAtOffset(paragraph, offset))).toEqual([0, 0, 0, 1, 1]);
  });

  it('follow each other over the borders of chunks', () => {
    expect(neighborWord(readings, { chunkId: 'a', index: 2 }, 1)).toEqual({ chunkId: 'c', index: 0 });
    expect(neighborWord(readings, { chunkId: 'c', index: 0 }, -1)).toEqual({ chunkId: 'a', index: 2 });
    expect(neighborWord(readings, { chunkId: 'a', index: 0 }, -1)).toBeNull();
    expect(neighborWord(readings, { chunkId: 'c', index: 2 }, 1)).toBeNull();
  });

  it('begin paragraphs, which follow each other too', () => {
    expect(neighborParagraph(readings, { chunkId: 'a', index: 1 }, 1)).toEqual({ chunkId: 'c', index: 0 });
    expect(neighborParagraph(readings, { chunkId: 'c', index: 0 }, 1)).toEqual({ chunkId: 'c', index: 2 });
    expect(neighborParagraph(readings, { chunkId: 'a', index: 2 }, -1)).toEqual({ chunkId: 'a', index: 0 });
    expect(neighborParagraph(readings, { chunkId: 'c', index: 0 }, -1)).toEqual({ chunkId: 'a', index: 0 });
    expect(neighborParagraph(readings, { chunkId: 'a', index: 0 }, -1)).toBeNull();
  });

  it('are found from a moment on, to begin reading there', () => {
    expect(wordFromTime(readings, 250)).toEqual({ chunkId: 'a', index: 1 });
    expect(wordFromTime(readings, 1_200)).toEqual({ chunkId: 'c', index: 0 });
    expect(wordFromTime(readings, 99_000)).toBeNull();
  });
});
