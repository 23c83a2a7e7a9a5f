import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { NOTHING_TO_TRANSCRIBE } from '../../chunks/empty-text.js';
import { type Cue, toCues } from './cues.js';
import { displayWidth } from './display-width.js';
import { positionChunks, type TranscriptChunk } from './timeline.js';

const MAX_LINES = 2;
const MAX_LINE_WIDTH = 42;
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

/** Gives each word half a second, one after the other. */
function spoken(text: string, more: Partial<TranscriptChunk> = {}): TranscriptChunk {
  const words = text
    .split(/\s+/)
    .map((word, index) => ({ text: word, start: index * 500, end: (index + 1) * 500 }));
  return chunk(text, { words, durationSeconds: null, ...more });
}

async function cuesOf(...chunks: TranscriptChunk[]): Promise<[number, number, string][]> {
  return toCues(await positionChunks(chunks)).map(({ startMs, endMs, lines }) => [
    startMs,
    endMs,
    lines.join('|'),
  ]);
}

const wordsOf = (text: string): string[] => text.split(/\s+/u).filter((word) => word !== '');

describe('cues', () => {
  it('have the times of their words, and break at the ends of sentences', async () => {
    expect(await cuesOf(spoken('One two. Three four! “Five?” Six.'))).toEqual([
      [0, 1_000, 'One two.'],
      [1_000, 2_000, 'Three four!'],
      [2_000, 2_500, '“Five?”'],
      [2_500, 3_000, 'Six.'],
    ]);
  });

  it('begin where the previous chunk ended: after its recording, or its last word', async () => {
    const silent = chunk(NOTHING_TO_TRANSCRIBE, { durationSeconds: 2 });
    expect(
      await cuesOf(spoken('First word.', { durationSeconds: 5 }), silent, spoken('Next.'), spoken('Last.')),
    ).toEqual([
      [0, 1_000, 'First word.'],
      [7_000, 7_500, 'Next.'],
      [7_500, 8_000, 'Last.'],
    ]);
  });

  it('share the time of the recording when no words were stored', async () => {
    expect(await cuesOf(chunk('One. Three three!', { durationSeconds: 3 }))).toEqual([
      [0, 800, 'One.'],
      [800, 3_000, 'Three three!'],
    ]);
  });

  it('break at a pause', async () => {
    const words: Word[] = [
      { text: 'well', start: 0, end: 400 },
      { text: 'yes', start: 3_000, end: 3_300 },
    ];
    expect(await cuesOf(chunk('well yes', { words, durationSeconds: 10 }))).toEqual([
      [0, 1_000, 'well'],
      [3_000, 4_000, 'yes'],
    ]);
  });

  it('break where another speaker begins, and say who speaks', async () => {
    const words: Word[] = [
      { text: 'Really', start: 0, end: 1_000, speaker: 'A' },
      { text: 'yes', start: 1_000, end: 2_000, speaker: 'B' },
    ];
    const cues = toCues(await positionChunks([chunk('Really yes', { words })]));
    expect(cues.map(({ speaker, lines }) => [speaker, lines])).toEqual([
      ['A', ['Really']],
      ['B', ['yes']],
    ]);
  });

  it('have at most two lines, of whole words', async () => {
    const text = Array.from({ length: 60 }, (_word, index) => `word${index}`).join(' ');
    const words = wordsOf(text).map((word, index) => ({
      text: word,
      start: index * 10,
      end: index * 10 + 10,
    }));
    const cues = toCues(await positionChunks([chunk(text, { words })]));
    expect(cues.length).toBeGreaterThan(3);
    for (const { lines } of cues) {
      expect(lines.length).toBeLessThanOrEqual(MAX_LINES);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(MAX_LINE_WIDTH);
    }
    expect(cues.flatMap(({ lines }) => lines).join(' ')).toBe(text);
  });

  it('are shown for at most seven seconds', async () => {
    const words = wordsOf('a b c d e f g h i j').map((text, index) => ({
      text,
      start: index * 900,
      end: index * 900 + 900,
    }));
    expect(await cuesOf(chunk('a b c d e f g h i j', { words }))).toEqual([
      [0, 6_300, 'a b c d e f g'],
      [6_300, 9_000, 'h i j'],
    ]);
    const endless = chunk('mmm', { words: [{ text: 'mmm', start: 0, end: 60_000 }] });
    expect(await cuesOf(endless)).toEqual([[0, MAX_CUE_MS, 'mmm']]);
  });

  it('do not break at a point within a number or an abbreviation without a space', async () => {
    expect(await cuesOf(spoken('It costs 3.50 at example.org today.'))).toHaveLength(1);
  });

  it('break between sentences of scripts without spaces', async () => {
    const cues = await cuesOf(chunk('会議は七時です。はい。', { durationSeconds: 6 }));
    expect(cues.map(([, , text]) => text)).toEqual(['会議は七時です。', 'はい。']);
  });

  it('are shown one after the other where two speakers begin at once', async () => {
    const words: Word[] = [
      { text: 'Really?', start: 2_000, end: 2_400, speaker: 'A' },
      { text: 'No.', start: 2_000, end: 2_500, speaker: 'B' },
      { text: 'Well.', start: 4_000, end: 4_400, speaker: 'A' },
    ];
    expect(await cuesOf(chunk('Really? No. Well.', { words, durationSeconds: 6 }))).toEqual([
      [2_000, 2_300, 'Really?'],
      [2_300, 3_300, 'No.'],
      [4_000, 5_000, 'Well.'],
    ]);
  });

  it('are shown earlier where two speakers begin at once at the very end', async () => {
    const words: Word[] = [
      { text: 'Yes.', start: 1_900, end: 2_000, speaker: 'A' },
      { text: 'No.', start: 1_900, end: 2_000, speaker: 'B' },
    ];
    expect(await cuesOf(chunk('Yes. No.', { words, durationSeconds: 2 }))).toEqual([
      [1_400, 1_700, 'Yes.'],
      [1_700, 2_000, 'No.'],
    ]);
  });

  it('have two lines, and time to read them, when words were added before the first recognized one', async () => {
    const added = Array.from({ length: 24 }, (_one, index) => `added${index}`).join(' ');
    const words: Word[] = [{ text: 'heard', start: 400, end: 900 }];
    const cues = await cuesOf(chunk(`${added}. Heard.`, { words, durationSeconds: 30 }));
    expect(cues.map(([, , text]) => text.split('|').length)).toEqual([2, 2, 1]);
    for (const [startMs, endMs] of cues) expect(endMs - startMs).toBeGreaterThanOrEqual(1_000);
    expect(cues.at(-1)?.[2]).toMatch(/ Heard\.$/);
  });

  it('share a recording that is too short for them, and do not delay those of the next one', async () => {
    const text = Array.from({ length: 100 }, (_one, index) => `word${index}`).join(' ');
    const cues = await cuesOf(chunk(text, { durationSeconds: 1 }), spoken('Next.'));
    expect(cues.length).toBeGreaterThan(5);
    expect(cues.at(-1)).toEqual([1_000, 1_500, 'Next.']);
    expect(cues.at(-2)?.[1]).toBe(1_000);
  });

  it('contain any number of words with the same time', async () => {
    const text = 'word '.repeat(130_001).trim();
    const cues = await cuesOf(chunk(text, { words: [{ text: 'x', start: 0, end: 0 }], durationSeconds: 0 }));
    expect(cues.map(([, , lines]) => lines.replaceAll('|', ' ')).join(' ')).toBe(text);
    expect(cues.every(([startMs, endMs], index) => startMs === index && endMs === index + 1)).toBe(true);
  });

  it('count two columns for full-width characters', async () => {
    const text = '国境の長いトンネルを抜けると雪国であった夜の底が白くなった信号所に汽車が止まった';
    const [cue] = await cuesOf(chunk(text, { durationSeconds: 6 }));
    expect(cue?.[2].split('|').map((line) => line.length)).toEqual([21, 19]);
  });

  it.each([
    [
      'Thai',
      'นักเรียนเดินข้ามถนนหน้าโรงเรียนทุกวันและคุณครูยืนดูแลความปลอดภัยอยู่ตรงนั้น',
      ['นักเรียน', 'ถนน', 'หน้า', 'โรงเรียน', 'คุณครู', 'ความปลอดภัย'],
    ],
    [
      'Chinese',
      '我们明天在图书馆讨论学校附近的交通安全问题和新的自行车道建设计划',
      ['图书馆', '问题', '计划', '安全'],
    ],
    [
      'Japanese',
      '来週の会議では図書館の前の横断歩道とスクールゾーンの安全対策について話します',
      ['横断歩道', 'スクールゾーン'],
    ],
  ])('end no line within a word of %s', async (_language, text, words) => {
    const lines = (await cuesOf(chunk(text, { durationSeconds: 7 }))).flatMap(([, , cue]) => cue.split('|'));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('')).toBe(text);
    for (const word of words) expect(lines.filter((line) => line.includes(word))).not.toEqual([]);
  });

  it('begin no line with a closing sign, and end none with an opening one', async () => {
    for (let length = 12; length < 24; length += 1) {
      const text = `${'あ'.repeat(length)}「安全」（第一）、${'い'.repeat(length)}。`;
      const lines = (await cuesOf(chunk(text, { durationSeconds: 7 }))).flatMap(([, , cue]) =>
        cue.split('|'),
      );
      expect(lines.join('')).toBe(text);
      expect(lines.filter((line) => /^[」）、。]|[「（]$/u.test(line))).toEqual([]);
      expect(lines.filter((line) => line.includes('安全'))).toHaveLength(1);
    }
    const french = `${'mot '.repeat(10)}« Vraiment ? »`;
    const cues = await cuesOf(chunk(french, { durationSeconds: 7 }));
    expect(cues.map(([, , cue]) => cue)).toEqual(['mot mot mot mot mot mot mot mot mot mot|« Vraiment ? »']);
  });

  it('split a word that is too long for a line between graphemes', async () => {
    const family = '👩‍👩‍👧';
    const cues = await cuesOf(chunk(family.repeat(50), { durationSeconds: 7 }));
    expect(cues.map(([, , cue]) => cue)).toEqual([
      `${family.repeat(21)}|${family.repeat(21)}`,
      family.repeat(8),
    ]);
  });

  it('are empty without text', async () => {
    expect(await cuesOf()).toEqual([]);
    expect(await cuesOf(chunk(''), chunk('  \n '), chunk(null), chunk(NOTHING_TO_TRANSCRIBE))).toEqual([]);
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

  it('lose no word, never overlap and never run backwards, whatever was said', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, async (given) => {
        const cues: Cue[] = toCues(await positionChunks(given.map((one) => chunk(one.transcript, one))));
        const said = given.filter(({ transcript }) => transcript.trim() !== NOTHING_TO_TRANSCRIBE);
        const letters = (all: string[]): string => wordsOf(all.join(' ')).join('');
        expect(letters(cues.flatMap(({ lines }) => lines))).toBe(
          letters(said.map(({ transcript }) => transcript)),
        );
        let lastMs = 0;
        for (const { startMs, endMs, lines } of cues) {
          expect(startMs).toBeGreaterThanOrEqual(lastMs);
          expect(endMs).toBeGreaterThan(startMs);
          expect(endMs - startMs).toBeLessThanOrEqual(MAX_CUE_MS);
          expect(lines.length).toBeLessThanOrEqual(MAX_LINES);
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(MAX_LINE_WIDTH);
          expect(lines.every((line) => line !== '' && line === line.trim())).toBe(true);
          lastMs = endMs;
        }
      }),
    );
  });
});

describe('a very long word', () => {
  // Takes seconds; searching the whole word for each piece would take hours.
  it.each([
    ['a', 1_000_000],
    ['中', 100_000],
    ['ก', 100_000],
    ['e\u0301', 100_000],
  ])('is shown whole, in cues of its own: %s, %i units', async (letter, length) => {
    const text = letter.repeat(length / letter.length);

    const cues = toCues(await positionChunks([chunk(text, { durationSeconds: 36_000 })]));

    expect(cues.flatMap(({ lines }) => lines).join('')).toBe(text);
  });
});
