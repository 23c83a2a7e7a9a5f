import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactPatterns } from '../../redaction/redact-patterns.js';
import { finish } from '../../redaction/steps.js';
import { MAX_STRETCH, planWindows, type PlannedWindow } from './plan-windows.js';

const TARGET_SECONDS = 60;
const WORD_MS = 400;

interface SpokenWord {
  text: string;
  /** Pause before the word. */
  gapMs: number;
}

/** Times the words, as a recognizer does. */
function spoken(words: readonly SpokenWord[]) {
  let position = 0;
  const timed = words.map(({ text, gapMs }) => {
    const start = position + gapMs;
    position = start + WORD_MS;
    return { text, start, end: position };
  });
  return { text: words.map(({ text }) => text).join(' '), words: timed, durationSeconds: position / 1_000 };
}

function plan(words: readonly SpokenWord[], targetSeconds = TARGET_SECONDS): PlannedWindow[] | undefined {
  return finish(planWindows(spoken(words), targetSeconds));
}

const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** Words of which some are numbers, that make telephone numbers where they stand together. */
const anyWords = fc.array(
  fc.record({
    text: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('we', 'hebben', 'morgen,', 'vergadering.', 'brug') },
      { weight: 2, arbitrary: fc.constantFrom('06', '12', '34', '56', '78') },
      { weight: 1, arbitrary: fc.constantFrom('zero', 'six', 'one', 'two', 'jan@example.org') },
    ),
    gapMs: fc.oneof(fc.nat(300), fc.integer({ min: 700, max: 3_000 })),
  }),
  { maxLength: 600, size: 'max' },
);

describe('planWindows', () => {
  it('puts every word into one window, in order, within the limit of length', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ text: fc.constantFrom('a', 'bb', 'ccc.'), gapMs: fc.nat(2_000) }), {
          maxLength: 900,
          size: 'max',
        }),
        (words) => {
          const windows = plan(words);
          if (windows === undefined) return;
          expect(plain(windows.map(({ text }) => text).join(' '))).toBe(plain(spoken(words).text));
          expect(windows[0]).toMatchObject({ firstWord: 0, startMs: 0 });
          expect(windows.at(-1)?.lastWord).toBe(words.length - 1);
          for (const [index, window] of windows.entries()) {
            const next = windows[index + 1];
            expect(window.lastWord).toBeGreaterThanOrEqual(window.firstWord);
            if (next !== undefined) {
              expect(next.firstWord).toBe(window.lastWord + 1);
              expect(next.startMs).toBe(window.endMs);
            }
            // The first window also has the silence before the first word.
            const silenceMs = index === 0 ? (words[0]?.gapMs ?? 0) : 0;
            expect(window.endMs - window.startMs - silenceMs).toBeLessThanOrEqual(
              TARGET_SECONDS * 1_000 * MAX_STRETCH + 2_000,
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('cuts only where redacting the parts is the same as redacting the whole, and always alike', () => {
    fc.assert(
      fc.property(anyWords, (words) => {
        const windows = plan(words) ?? [];
        expect(plan(words) ?? []).toEqual(windows);
        if (windows.length === 0) return;
        const apart = windows.map(({ text }) => redactPatterns(text).text).join(' ');
        expect(plain(apart)).toBe(plain(redactPatterns(spoken(words).text).text));
      }),
      { numRuns: 10 },
    );
  });

  it('cuts at the largest pause near the target, also when a longer one is further away', () => {
    const words = Array.from({ length: 300 }, () => ({ text: 'word', gapMs: 0 }));
    words[50] = { text: 'far', gapMs: 5_000 };
    words[100] = { text: 'near', gapMs: 900 };
    words[110] = { text: 'nearer', gapMs: 800 };

    const [first, second] = plan(words) ?? [];

    expect(first?.lastWord).toBe(99);
    expect(second?.text).toMatch(/^near word/);
  });

  it('does not cut a telephone number that is spoken around the only pause', () => {
    const words = Array.from({ length: 300 }, () => ({ text: 'word', gapMs: 100 }));
    const number = ['06', '12', '34', '56', '78'];
    for (const [index, text] of number.entries()) words[118 + index] = { text, gapMs: 100 };
    words[120] = { text: '34', gapMs: 2_000 };

    const windows = plan(words) ?? [];

    expect(windows).toHaveLength(3);
    expect(windows.filter(({ text }) => text.includes('06 12 34 56 78'))).toHaveLength(1);
  });

  it('leaves a recording in one window that is no more than a quarter longer than the target', () => {
    expect(plan(Array.from({ length: 180 }, () => ({ text: 'word', gapMs: 0 })))).toBeUndefined();
    expect(plan(Array.from({ length: 195 }, () => ({ text: 'word', gapMs: 0 })))).toHaveLength(2);
  });

  it.each([
    ['no list', 'a b', null],
    ['a word without a time', 'a b', [{ text: 'a', start: 0, end: 1 }, { text: 'b' }]],
    ['a word that the text does not have', 'a b', [{ text: 'c', start: 0, end: 900_000 }]],
    ['no words', '', []],
  ])('cuts nothing when there is %s', (_what, text, words) => {
    expect(finish(planWindows({ text, words, durationSeconds: 900 }, TARGET_SECONDS))).toBeUndefined();
  });

  it('ends with the recording, and gives the silence before the first word to the first window', () => {
    const recognized = spoken(Array.from({ length: 300 }, () => ({ text: 'word', gapMs: 100 })));

    const windows = finish(planWindows({ ...recognized, durationSeconds: 200 }, TARGET_SECONDS)) ?? [];

    expect(windows.at(-1)?.endMs).toBe(200_000);
  });
});
