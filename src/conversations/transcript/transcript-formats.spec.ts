import { describe, expect, it } from 'vitest';
import type { Cue } from './cues.js';
import { positionChunks } from './timeline.js';
import { toJsonChunks, toSrt, toVtt } from './transcript-formats.js';

function cue(startMs: number, endMs: number, ...lines: string[]): Cue {
  return { startMs, endMs, speaker: null, lines };
}

describe('SubRip', () => {
  it('numbers its blocks from one, and separates them by an empty line', () => {
    expect(toSrt([cue(0, 1_500, 'A.'), cue(1_500, 3_723_004, 'B.', 'C.')])).toBe(
      '1\n00:00:00,000 --> 00:00:01,500\nA.\n\n2\n00:00:01,500 --> 01:02:03,004\nB.\nC.\n',
    );
  });

  it('says who speaks before the text', () => {
    expect(toSrt([{ ...cue(0, 1, 'Hi', 'there.'), speaker: 'B' }])).toContain('\nB: Hi\nthere.\n');
  });

  it('has room for recordings of more than a day', () => {
    expect(toSrt([cue(360_000_000, 360_000_001, 'A.')])).toContain('100:00:00,000 --> 100:00:00,001');
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

  it('says who speaks in a voice tag', () => {
    expect(toVtt([{ ...cue(0, 1, 'Hi', 'there.'), speaker: 'A' }])).toContain('\n<v Speaker A>Hi\nthere.\n');
    expect(toVtt([{ ...cue(0, 1, 'Hi'), speaker: 'A>b' }])).toContain('\n<v Speaker A&gt;b>Hi\n');
  });

  it('escapes text that looks like a tag, an escape or the times of a cue', () => {
    expect(toVtt([cue(0, 1, '<v Bob>a &lt; b --> c')])).toContain('\n&lt;v Bob&gt;a &amp;lt; b --&gt; c\n');
  });
});

describe('JSON', () => {
  it('has the words of each chunk with their times in the conversation and their known details', async () => {
    const words = [
      { text: 'a', start: 0, end: 100, confidence: 0.5, speaker: 'A' },
      { text: 'b', start: 100, end: 200, confidence: 0.6, speaker: 'A' },
    ];
    const chunks = [
      { id: 'first', position: 1, transcript: 'A c', durationSeconds: 3, words },
      { id: 'second', position: 2, transcript: 'D', durationSeconds: 2, words: null },
    ];
    expect(toJsonChunks(await positionChunks(chunks))).toEqual([
      {
        id: 'first',
        position: 1,
        durationSeconds: 3,
        offsetMs: 0,
        transcript: 'A c',
        words: [
          { text: 'A', start: 0, end: 100, confidence: 0.5, speaker: 'A' },
          { text: 'c', start: 100, end: 200, speaker: 'A', interpolated: true },
        ],
      },
      {
        id: 'second',
        position: 2,
        durationSeconds: 2,
        offsetMs: 3_000,
        transcript: 'D',
        words: [{ text: 'D', start: 3_000, end: 5_000, interpolated: true }],
      },
    ]);
  });
});
