import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { alignWords } from './align-words.js';
import type { RecognizedWord } from './recognized-words.js';

/** A tenth of a second per word, and a hundredth between two words. */
const WORD_MS = 100;
const GAP_MS = 10;

/** Share of the words unchanged by a correction that must keep their times. */
const MIN_KEPT = 0.95;

function recognize(text: string, more: Partial<RecognizedWord> = {}): RecognizedWord[] {
  return text.split(' ').map((word, index) => {
    const startMs = index * (WORD_MS + GAP_MS);
    return { text: word, startMs, endMs: startMs + WORD_MS, confidence: 0.9, speaker: null, ...more };
  });
}

/** Text, start, end, and whether the time is exact. */
function aligned(text: string, words: RecognizedWord[], durationMs: number | null = null) {
  return alignWords(text, words, durationMs).map(({ text: word, startMs, endMs, isExact }) => [
    word,
    startMs,
    endMs,
    isExact,
  ]);
}

describe('the words of a corrected text', () => {
  it('keep the times of the same words, despite other case, punctuation or accent encoding', () => {
    const words = recognize('ca va le cafe\u0301 est ok');
    expect(aligned('Ca va? Le café, est OK!', words)).toEqual([
      ['Ca', 0, 100, true],
      ['va?', 110, 210, true],
      ['Le', 220, 320, true],
      ['café,', 330, 430, true],
      ['est', 440, 540, true],
      ['OK!', 550, 650, true],
    ]);
  });

  it('take the times of the words that they replace one by one, when they are as many', () => {
    expect(aligned('a X Y d', recognize('a b c d')).slice(1, 3)).toEqual([
      ['X', 110, 210, false],
      ['Y', 220, 320, false],
    ]);
  });

  it('share the time of the words that they replace, in proportion to their length', () => {
    expect(aligned('a XXX Y d', recognize('a b d'))).toEqual([
      ['a', 0, 100, true],
      ['XXX', 110, 185, false],
      ['Y', 185, 210, false],
      ['d', 220, 320, true],
    ]);
  });

  it('follow the word before them where they were added, as far as the pause allows', () => {
    const words = recognize('a b');
    words[1] = { ...words[1], text: 'b', startMs: 10_000, endMs: 10_100, confidence: null, speaker: null };
    expect(aligned('a new b', words)).toEqual([
      ['a', 0, 100, true],
      ['new', 100, 367, false],
      ['b', 10_000, 10_100, true],
    ]);
    expect(aligned('a new b', recognize('a b'))[1]).toEqual(['new', 100, 110, false]);
  });

  it('are placed right before the first or after the last recognized word when they were added there', () => {
    const words = [
      { ...recognize('b')[0], text: 'b', startMs: 5_000, endMs: 5_100, confidence: null, speaker: 'B' },
    ];
    const timed = alignWords('new b end', words, 5_150);
    expect(timed.map(({ startMs, endMs, speaker }) => [startMs, endMs, speaker])).toEqual([
      [4_800, 5_000, 'B'],
      [5_000, 5_100, 'B'],
      [5_100, 5_150, 'B'],
    ]);
  });

  it('include a marker, which gets the time of the words that it replaces', () => {
    expect(aligned('mail <redacted_email> now', recognize('mail jan at example dot nl now'))).toEqual([
      ['mail', 0, 100, true],
      ['<redacted_email>', 110, 650, false],
      ['now', 660, 760, true],
    ]);
  });

  it('keep confidence where they are the same, and speakers always', () => {
    const timed = alignWords('a X', recognize('a b', { speaker: 'A' }), null);
    expect(timed.map(({ confidence, speaker }) => [confidence, speaker])).toEqual([
      [0.9, 'A'],
      [null, 'A'],
    ]);
  });

  it('share the whole recording, or a reading time, when nothing was recognized', () => {
    expect(aligned('aa bbbb', [], 600)).toEqual([
      ['aa', 0, 200, false],
      ['bbbb', 200, 600, false],
    ]);
    expect(aligned('x'.repeat(30), [])).toEqual([['x'.repeat(30), 0, 2_000, false]]);
    expect(aligned('', recognize('a'))).toEqual([]);
  });

  it('are single characters in scripts without spaces', () => {
    const words = [
      { text: '会議', startMs: 0, endMs: 200, confidence: null, speaker: null },
      { text: 'は', startMs: 200, endMs: 300, confidence: null, speaker: null },
    ];
    expect(aligned('会議は。', words)).toEqual([
      ['会', 0, 100, true],
      ['議', 100, 200, true],
      ['は。', 200, 300, true],
    ]);
  });

  it('include opening signs before them and closing signs after them in those scripts', () => {
    expect(aligned('abc「会」は（x）น้ำ', [], 800).map(([word]) => word)).toEqual([
      'abc',
      '「会」',
      'は',
      '（x）',
      'น้ำ',
    ]);
  });

  it('never run backwards, whatever was recognized and corrected', () => {
    const word = fc.constantFrom('a', 'b', 'c', 'de', 'fgh', '<redacted_name>', '会議', '-');
    const recognized = fc
      .array(fc.tuple(word, fc.nat(500), fc.nat(500)), { maxLength: 40 })
      .map((entries) => {
        let startMs = 0;
        return entries.map(([text, pauseMs, lengthMs]) => {
          startMs += pauseMs;
          return { text, startMs, endMs: startMs + lengthMs, confidence: null, speaker: null };
        });
      });
    const text = fc.array(word, { maxLength: 40 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(text, recognized, fc.option(fc.nat(20_000)), (corrected, words, durationMs) => {
        const timed = alignWords(corrected, words, durationMs);
        expect(timed.map((one) => one.gap + one.text).join('')).toBe(corrected);
        let lastMs = 0;
        for (const { startMs, endMs } of timed) {
          expect(startMs).toBeGreaterThanOrEqual(lastMs);
          expect(endMs).toBeGreaterThanOrEqual(startMs);
          lastMs = startMs;
        }
      }),
    );
  });

  it('keep 95 of 100 times exactly when a correction changed one word in ten', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 200, max: 2_000 }), (seed, count) => {
        const { words, corrected } = correctedTranscript(seed, count);
        expect(keptShare(words, corrected)).toBeGreaterThanOrEqual(MIN_KEPT);
      }),
      { numRuns: 30 },
    );
  });

  it('keep as many in a recording of two hours', () => {
    const { words, corrected } = correctedTranscript(1, 20_000);
    expect(keptShare(words, corrected)).toBeGreaterThanOrEqual(MIN_KEPT);
  });

  it('keep the times of passages between rewritten ones', () => {
    const passage = (name: string, length: number): string[] =>
      Array.from({ length }, (_one, index) => `${name}${index}`);
    const kept = Array.from({ length: 20 }, (_one, index) => passage(`kept${index}-`, 10));
    const words = recognize(
      kept.flatMap((run, index) => [...run, ...passage(`old${index}-`, 200)]).join(' '),
    );
    const text = kept.flatMap((run, index) => [...run, ...passage(`new${index}-`, 250)]).join(' ');
    const exact = alignWords(text, words, null).filter(({ isExact }) => isExact);
    const original = words.filter((word) => word.text.startsWith('kept'));
    expect(exact.map(({ text: word, startMs, endMs }) => [word, startMs, endMs])).toEqual(
      original.map(({ text: word, startMs, endMs }) => [word, startMs, endMs]),
    );
  });

  it('are aligned in linear time, even when every word was changed', () => {
    const words = recognize(Array.from({ length: 5_000 }, (_one, index) => `a${index}`).join(' '));
    const other = Array.from({ length: 5_000 }, (_one, index) => `b${index}`).join(' ');
    const before = process.cpuUsage();
    for (let chunk = 0; chunk < 20; chunk += 1) expect(alignWords(other, words, null)).toHaveLength(5_000);
    const { user, system } = process.cpuUsage(before);
    // Takes about two seconds; a shortest edit script took three quarters of a minute.
    expect((user + system) / 1_000_000).toBeLessThan(20);
  }, 120_000);

  it('share the recording when the text is entirely different', () => {
    const words = recognize(Array.from({ length: 9_000 }, (_one, index) => `a${index}`).join(' '));
    const other = Array.from({ length: 9_000 }, (_one, index) => `b${index}`).join(' ');
    expect(alignWords(other, words, null).every(({ isExact }) => !isExact)).toBe(true);
  });
});

interface CorrectedWord {
  text: string;
  /** Index of the recognized word, if it was kept. */
  from: number | null;
}

/**
 * Generates words with the frequencies of a language: a few make up most of the text. One in ten is
 * replaced, left out, or followed by an added word.
 */
function correctedTranscript(
  seed: number,
  count: number,
): { words: RecognizedWord[]; corrected: CorrectedWord[] } {
  const random = randomFrom(seed);
  const vocabulary = (): string => `w${Math.floor(3_000 ** random())}`;
  const words = recognize(Array.from({ length: count }, vocabulary).join(' '));
  const corrected = words.flatMap(({ text }, from): CorrectedWord[] => {
    const fate = random();
    if (fate < 0.06) return [{ text: `${vocabulary()}x`, from: null }];
    if (fate < 0.08) return [];
    const kept = { text: fate < 0.5 ? text.toUpperCase() : `${text},`, from };
    return fate < 0.1 ? [kept, { text: vocabulary(), from: null }] : [kept];
  });
  return { words, corrected };
}

function keptShare(words: RecognizedWord[], corrected: CorrectedWord[]): number {
  const timed = alignWords(corrected.map(({ text }) => text).join(' '), words, null);
  const unchanged = corrected.flatMap(({ from }, index) => (from === null ? [] : [{ from, index }]));
  const kept = unchanged.filter(({ from, index }) => {
    const [word, own] = [words[from], timed[index]];
    return own?.isExact === true && word?.startMs === own.startMs && word.endMs === own.endMs;
  });
  return kept.length / unchanged.length;
}

/** Park and Miller's generator, in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = (Math.abs(seed) % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}
