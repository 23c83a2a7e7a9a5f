import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOTHING_TO_TRANSCRIBE } from './chunk-transitions.js';
import { toCues, toSrt, toVtt, type Cue, type TranscriptChunk } from './transcript-formats.js';

const MAX_CUE_LENGTH = 84;

function chunk(transcript: string | null, durationSeconds: number | null = 1): TranscriptChunk {
  return { id: 'a-chunk', position: 0, transcript, durationSeconds };
}

function cue(startMs: number, endMs: number, text = 'Text.'): Cue {
  return { startMs, endMs, text };
}

const words = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '');

describe('cues', () => {
  it('are the sentences of a text, which share its time by their length', () => {
    expect(toCues([chunk('One. Three three!', 2)])).toEqual([
      cue(0, 500, 'One.'),
      cue(500, 2_000, 'Three three!'),
    ]);
  });

  it('begin where the chunk before ended, also one in which nothing was said', () => {
    const chunks = [chunk('First.', 3), chunk(NOTHING_TO_TRANSCRIBE, 2), chunk(null, 1), chunk('Last.', 4)];
    expect(toCues(chunks)).toEqual([cue(0, 3_000, 'First.'), cue(6_000, 10_000, 'Last.')]);
  });

  it('are timed by the speed of reading where the length of the recording is not known', () => {
    const [first] = toCues([chunk('x'.repeat(30), null)]);
    expect(first).toEqual(cue(0, 2_000, 'x'.repeat(30)));
  });

  it('are cut at spaces where a sentence is long, and never within a word', () => {
    const long = Array.from({ length: 40 }, (_word, index) => `word${index}`).join(' ');
    const cues = toCues([chunk(long, 10)]);
    expect(cues.length).toBeGreaterThan(2);
    for (const { text } of cues) expect(text.length).toBeLessThanOrEqual(MAX_CUE_LENGTH);
    expect(cues.map(({ text }) => text).join(' ')).toBe(long);
    const endless = 'x'.repeat(MAX_CUE_LENGTH * 2);
    expect(toCues([chunk(endless)])).toEqual([cue(0, 1_000, endless)]);
  });

  it('do not break at a point within a number or an abbreviation without a space', () => {
    expect(toCues([chunk('It costs 3.50 at example.org today.')])).toHaveLength(1);
  });

  it('are none of no text', () => {
    expect(toCues([])).toEqual([]);
    expect(toCues([chunk(''), chunk('  \n '), chunk(null), chunk(NOTHING_TO_TRANSCRIBE)])).toEqual([]);
  });

  it('lose no word, do not overlap, and end with their chunk, whatever is said', () => {
    const said = fc.array(
      fc.record({
        text: fc.oneof(
          fc.string({ unit: 'grapheme', maxLength: 300 }),
          fc.lorem({ maxCount: 8, mode: 'sentences' }),
        ),
        seconds: fc.option(fc.integer({ min: 0, max: 36_000 })),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(said, (chunks) => {
        const cues = toCues(chunks.map(({ text, seconds }) => chunk(text, seconds)));
        const spoken = chunks.filter(({ text }) => text.trim() !== NOTHING_TO_TRANSCRIBE);
        expect(cues.flatMap(({ text }) => words(text))).toEqual(spoken.flatMap(({ text }) => words(text)));
        let end = 0;
        for (const { startMs, endMs, text } of cues) {
          expect(text).toBe(text.trim());
          expect(text).not.toMatch(/^$|\n/);
          expect(startMs).toBeGreaterThanOrEqual(end);
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          end = endMs;
        }
        if (chunks.every(({ seconds }) => seconds !== null)) {
          const totalMs = chunks.reduce((sum, { seconds }) => sum + (seconds ?? 0) * 1_000, 0);
          expect(end).toBeLessThanOrEqual(totalMs);
        }
      }),
    );
  });
});

describe('SubRip', () => {
  it('numbers its blocks from one, and separates them by an empty line', () => {
    expect(toSrt([cue(0, 1_500, 'A.'), cue(1_500, 3_723_004, 'B.')])).toBe(
      '1\n00:00:00,000 --> 00:00:01,500\nA.\n\n2\n00:00:01,500 --> 01:02:03,004\nB.\n',
    );
  });

  it('has room for recordings of more than a day', () => {
    expect(toSrt([cue(360_000_000, 360_000_001)])).toContain('100:00:00,000 --> 100:00:00,001');
  });

  it('is empty without cues', () => {
    expect(toSrt([])).toBe('');
  });
});

describe('WebVTT', () => {
  it('begins with its name, and has points in its times', () => {
    expect(toVtt([cue(0, 61_001, 'A.')])).toBe('WEBVTT\n\n00:00:00.000 --> 00:01:01.001\nA.\n');
    expect(toVtt([])).toBe('WEBVTT\n');
  });

  it('takes nothing that was said for a tag, an escape or the times of a cue', () => {
    expect(toVtt([cue(0, 1, '<v Bob>a &lt; b --> c')])).toContain('\n&lt;v Bob&gt;a &amp;lt; b --&gt; c\n');
  });
});
