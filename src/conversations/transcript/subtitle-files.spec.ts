import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import SrtParser from 'srt-parser-2';
import { WebVTTParser } from 'webvtt-parser';
import { type Cue, toCues } from './cues.js';
import { positionChunks, type TranscriptChunk } from './timeline.js';
import { toSrt, toVtt } from './transcript-formats.js';

const MS = 1_000;

/** The parser's own table lacks the semicolons. */
const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>' } as const;

function readSrt(file: string): { startMs: number; endMs: number; text: string }[] {
  return new SrtParser().fromSrt(file).map(({ startSeconds, endSeconds, text }) => ({
    startMs: Math.round(startSeconds * MS),
    endMs: Math.round(endSeconds * MS),
    text,
  }));
}

interface VttNode {
  type: string;
  value?: string | number;
  children?: readonly VttNode[];
}

/** Parses WebVTT; fails when the W3C's validator reports an error. */
function readVtt(file: string): { startMs: number; endMs: number; text: string }[] {
  const { cues, errors } = new WebVTTParser(ENTITIES).parse(file, 'subtitles');
  expect(errors).toEqual([]);
  return cues.map(({ startTime, endTime, tree }) => ({
    startMs: Math.round(startTime * MS),
    endMs: Math.round(endTime * MS),
    text: textOf({ type: 'cue', ...tree }),
  }));
}

function textOf({ type, value, children = [] }: VttNode): string {
  return type === 'text' ? String(value) : children.map(textOf).join('');
}

const times = (cues: readonly { startMs: number; endMs: number }[]) =>
  cues.map(({ startMs, endMs }) => [startMs, endMs]);

/** Parts of a SubRip file that FFmpeg drops, because it takes them for tags and styles. */
const TAKEN_FOR_A_TAG = /<[^<>]*>|\{[^{}]*\}|\\[Nnh]/u;

describe('a subtitle file', () => {
  const spoken = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc
      .array(
        fc.constantFrom(
          'a',
          'b.',
          '<redacted_name>',
          '<b>',
          '</i>',
          '-->',
          '&amp;',
          '{\\an8}',
          'C:\\new',
          '会議。',
          '12',
        ),
        { maxLength: 40 },
      )
      .map((words) => words.join(' ')),
  );
  const words = fc
    .array(
      fc.record({
        text: fc.constantFrom('a', 'b', '会議', 'lorem'),
        start: fc.nat(60_000),
        length: fc.nat(3_000),
        speaker: fc.constantFrom('A', 'B', null),
      }),
      { maxLength: 40 },
    )
    .map((entries) => entries.map(({ length, ...word }) => ({ ...word, end: word.start + length })));
  const chunks = fc.array(
    fc.record({
      id: fc.constant('a-chunk'),
      position: fc.nat(5),
      transcript: spoken,
      words: fc.option(words),
      durationSeconds: fc.option(fc.nat(100)),
    }),
    { maxLength: 4 },
  );
  const cuesOf = async (given: TranscriptChunk[]): Promise<Cue[]> => toCues(await positionChunks(given));

  it('of WebVTT has every cue and character, and passes the W3C’s validator', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, async (given) => {
        const cues = await cuesOf(given);
        const read = readVtt(toVtt(cues));
        expect(times(read)).toEqual(times(cues));
        expect(read.map(({ text }) => text)).toEqual(cues.map(({ lines }) => lines.join('\n')));
      }),
    );
  });

  it('of SubRip has every cue, and nothing that a player takes for a tag', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, async (given) => {
        const cues = await cuesOf(given);
        const file = toSrt(cues);
        expect(times(readSrt(file))).toEqual(times(cues));
        expect(file).not.toMatch(TAKEN_FOR_A_TAG);
      }),
    );
  });

  it('of SubRip shows what was redacted, and what was said in angle brackets', () => {
    const lines = [
      'My name is <redacted_name>, call',
      '<redacted_phone> if a < b, <b>or</b> {\\an8}C:\\new.',
    ];
    const [cue] = readSrt(toSrt([{ startMs: 0, endMs: 1, speaker: 'A', lines }]));
    expect(cue?.text.split('\n')).toEqual([
      'A: My name is [redacted_name], call',
      '[redacted_phone] if a ‹ b, ‹b›or‹/b› ｛＼an8｝C:＼new.',
    ]);
  });

  it('of WebVTT shows the text unchanged', () => {
    const lines = [
      'My name is <redacted_name>, call',
      '<redacted_phone> if a < b, <b>or</b> {\\an8}C:\\new.',
    ];
    const [cue] = readVtt(toVtt([{ startMs: 0, endMs: 1, speaker: 'A', lines }]));
    expect(cue?.text).toBe(lines.join('\n'));
  });
});
