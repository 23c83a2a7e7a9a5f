import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOTHING_TO_TRANSCRIBE } from './chunk-changes.js';
import { type Cue, toCues } from './cues.js';
import { placeChunks, type TranscriptChunk } from './timeline.js';

const MAX_LINE_CHARS = 42;
const MAX_CUE_MS = 7_000;

interface Word {
  text: string;
  start: number;
  end: number;
  speaker?: string;
}

function chunk(transcript: string | null, more: Partial<TranscriptChunk> = {}): TranscriptChunk {
  return { id: 'a-chunk', position: 0, transcript, durationSeconds: 1, words: null, ...more };
}

/** Half a second a word, one after the other. */
function spoken(text: string, more: Partial<TranscriptChunk> = {}): TranscriptChunk {
  const words = text
    .split(/\s+/)
    .map((word, index) => ({ text: word, start: index * 500, end: (index + 1) * 500 }));
  return chunk(text, { words, durationSeconds: null, ...more });
}

function cuesOf(...chunks: TranscriptChunk[]): [number, number, string][] {
  return toCues(placeChunks(chunks)).map(({ startMs, endMs, lines }) => [startMs, endMs, lines.join('|')]);
}

const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '');

describe('cues', () => {
  it('have the times of their words, and break at the ends of sentences', () => {
    expect(cuesOf(spoken('One two. Three four! “Five?” Six.'))).toEqual([
      [0, 1_000, 'One two.'],
      [1_000, 2_000, 'Three four!'],
      [2_000, 2_500, '“Five?”'],
      [2_500, 3_000, 'Six.'],
    ]);
  });

  it('begin where the chunk before ended: after its recording, or its last word', () => {
    const silent = chunk(NOTHING_TO_TRANSCRIBE, { durationSeconds: 2 });
    expect(
      cuesOf(spoken('First word.', { durationSeconds: 5 }), silent, spoken('Next.'), spoken('Last.')),
    ).toEqual([
      [0, 1_000, 'First word.'],
      [7_000, 7_500, 'Next.'],
      [7_500, 8_000, 'Last.'],
    ]);
  });

  it('share the time of the recording where no words were kept', () => {
    expect(cuesOf(chunk('One. Three three!', { durationSeconds: 3 }))).toEqual([
      [0, 800, 'One.'],
      [800, 3_000, 'Three three!'],
    ]);
  });

  it('break at a pause', () => {
    const words: Word[] = [
      { text: 'well', start: 0, end: 400 },
      { text: 'yes', start: 3_000, end: 3_300 },
    ];
    expect(cuesOf(chunk('well yes', { words, durationSeconds: 10 }))).toEqual([
      [0, 1_000, 'well'],
      [3_000, 4_000, 'yes'],
    ]);
  });

  it('break where another speaker begins, and say who speaks', () => {
    const words: Word[] = [
      { text: 'Really', start: 0, end: 1_000, speaker: 'A' },
      { text: 'yes', start: 1_000, end: 2_000, speaker: 'B' },
    ];
    const cues = toCues(placeChunks([chunk('Really yes', { words })]));
    expect(cues.map(({ speaker, lines }) => [speaker, lines])).toEqual([
      ['A', ['Really']],
      ['B', ['yes']],
    ]);
  });

  it('have two lines of whole words at most', () => {
    const text = Array.from({ length: 60 }, (_word, index) => `word${index}`).join(' ');
    const words = wordsOf(text).map((word, index) => ({
      text: word,
      start: index * 10,
      end: index * 10 + 10,
    }));
    const cues = toCues(placeChunks([chunk(text, { words })]));
    expect(cues.length).toBeGreaterThan(3);
    for (const { lines } of cues) {
      expect(lines.length).toBeLessThanOrEqual(2);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(MAX_LINE_CHARS);
    }
    expect(cues.flatMap(({ lines }) => lines).join(' ')).toBe(text);
  });

  it('stay for seven seconds at most', () => {
    const words = wordsOf('a b c d e f g h i j').map((text, index) => ({
      text,
      start: index * 900,
      end: index * 900 + 900,
    }));
    expect(cuesOf(chunk('a b c d e f g h i j', { words }))).toEqual([
      [0, 6_300, 'a b c d e f g'],
      [6_300, 9_000, 'h i j'],
    ]);
    const endless = chunk('mmm', { words: [{ text: 'mmm', start: 0, end: 60_000 }] });
    expect(cuesOf(endless)).toEqual([[0, MAX_CUE_MS, 'mmm']]);
  });

  it('do not break at a point within a number or an abbreviation without a space', () => {
    expect(cuesOf(spoken('It costs 3.50 at example.org today.'))).toHaveLength(1);
  });

  it('break between sentences of scripts without spaces', () => {
    expect(cuesOf(chunk('会議は七時です。はい。', { durationSeconds: 6 })).map(([, , text]) => text)).toEqual(
      ['会議は七時です。', 'はい。'],
    );
  });

  it('are none of no text', () => {
    expect(cuesOf()).toEqual([]);
    expect(cuesOf(chunk(''), chunk('  \n '), chunk(null), chunk(NOTHING_TO_TRANSCRIBE))).toEqual([]);
  });

  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.lorem({ maxCount: 8, mode: 'sentences' }),
    fc
      .array(fc.constantFrom('a', 'b.', '<redacted_name>', '会議。', 'x'.repeat(60), 'no'), { maxLength: 60 })
      .map((words) => words.join(' ')),
  );
  const words = fc
    .array(
      fc.record({
        text: fc.constantFrom('a', 'b', 'no', '会議', 'lorem', 'ipsum'),
        start: fc.nat(60_000),
        length: fc.nat(9_000),
        speaker: fc.constantFrom('A', 'B', null),
      }),
      { maxLength: 60 },
    )
    .map((entries) => entries.map(({ length, ...word }) => ({ ...word, end: word.start + length })));
  const chunks = fc.array(
    fc.record({
      transcript: text,
      words: fc.oneof(words, fc.constant(null)),
      durationSeconds: fc.option(fc.nat(100)),
    }),
    { maxLength: 6 },
  );

  it('lose no word, never overlap and never run backwards, whatever was said', () => {
    fc.assert(
      fc.property(chunks, (given) => {
        const cues: Cue[] = toCues(placeChunks(given.map((one) => chunk(one.transcript, one))));
        const said = given.filter(({ transcript }) => transcript.trim() !== NOTHING_TO_TRANSCRIBE);
        const letters = (all: string[]): string => wordsOf(all.join(' ')).join('');
        expect(letters(cues.flatMap(({ lines }) => lines))).toBe(
          letters(said.map(({ transcript }) => transcript)),
        );
        let lastMs = 0;
        for (const { startMs, endMs, lines } of cues) {
          expect(startMs).toBeGreaterThanOrEqual(lastMs);
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          expect(endMs - startMs).toBeLessThanOrEqual(MAX_CUE_MS);
          expect(lines.every((line) => line !== '' && line === line.trim())).toBe(true);
          lastMs = endMs;
        }
      }),
    );
  });
});
