import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignWords, recognizedText, type TimedWord } from '../align-words.js';
import { type TracedChange, traceOrigins } from './trace-origins.js';

/** Times each word of a text by its index, a second each. */
function timed(text: string): TimedWord[] {
  return alignWords(text, [], null).map((word, index) => ({
    ...word,
    startMs: index * 1_000,
    endMs: index * 1_000 + 900,
  }));
}

function trace(heard: string | null, text: string, machine: string | null = null) {
  return traceOrigins({
    heard: heard === null ? null : timed(heard),
    machine: machine === null ? null : timed(machine),
    words: timed(text),
  });
}

const short = ({ origin, heard, text, firstWord, words }: TracedChange) => [
  origin,
  heard,
  text,
  firstWord,
  words,
];

const changesOf = (...texts: Parameters<typeof trace>) => trace(...texts).changes.map(short);

describe('the words of a corrected text', () => {
  it('come from what was heard where they are literally the same', () => {
    expect(trace('all the same', 'all the same')).toEqual({
      origins: [{ origin: 'heard' }, { origin: 'heard' }, { origin: 'heard' }],
      changes: [],
    });
  });

  it('come from the correction where they replace others, with what was heard', () => {
    const { origins, changes } = trace('we met in amster dam today', 'we met in Amsterdam today');
    expect(origins[2]).toEqual({ origin: 'heard' });
    expect(origins[3]).toEqual({ origin: 'corrected', heard: 'amster dam' });
    expect(changes).toEqual([
      {
        origin: 'corrected',
        heard: 'amster dam',
        text: 'Amsterdam',
        startMs: 3_000,
        endMs: 3_900,
        firstWord: 3,
        words: 1,
        heardWords: 2,
        isMinor: false,
      },
    ]);
  });

  it('name nothing heard where they were added', () => {
    expect(changesOf('a c', 'a b c')).toEqual([['corrected', '', 'b', 1, 1]]);
  });

  it('show what was left out, with its time', () => {
    const { changes } = trace('so uh well yes', 'so yes');
    expect(changes.map(short)).toEqual([['corrected', 'uh well', '', 1, 0]]);
    expect(changes[0]).toMatchObject({ startMs: 1_000, endMs: 2_900, heardWords: 2 });
  });

  it('show another case or punctuation apart from the changes beside them', () => {
    const { changes } = trace('yes jon said no', 'Yes, John said no.');
    expect(changes.map(short)).toEqual([
      ['corrected', 'yes', 'Yes,', 0, 1],
      ['corrected', 'jon', 'John', 1, 1],
      ['corrected', 'no', 'no.', 3, 1],
    ]);
    expect(changes.map(({ isMinor }) => isMinor)).toEqual([true, false, true]);
  });
});

describe('the words of an edited text', () => {
  it('come from the edit where it changed them, and else from where they came before it', () => {
    const { origins, changes } = trace('i saw jon there', 'I saw Johan here', 'I saw John there');
    expect(origins).toEqual([
      { origin: 'corrected', heard: 'i' },
      { origin: 'heard' },
      { origin: 'edited', heard: 'John there' },
      { origin: 'edited', heard: 'John there' },
    ]);
    expect(changes.map(short)).toEqual([
      ['corrected', 'i', 'I', 0, 1],
      ['edited', 'John there', 'Johan here', 2, 2],
    ]);
  });

  it('show what an edit removed', () => {
    expect(changesOf('a b c', 'a c', 'a b c')).toEqual([['edited', 'b', '', 1, 0]]);
  });

  it('show the part of a correction that an edit left', () => {
    expect(changesOf('one x y two', 'one P zzz Q two', 'one P Q two')).toEqual([
      ['corrected', 'x y', 'P', 1, 1],
      ['edited', '', 'zzz', 2, 1],
      ['corrected', 'x y', 'Q', 3, 1],
    ]);
  });

  it('move what the correction left out to its place after the edits', () => {
    expect(changesOf('a uh b c', 'z z a b', 'a b c')).toEqual([
      ['edited', '', 'z z', 0, 2],
      ['corrected', 'uh', '', 3, 0],
      ['edited', 'c', '', 4, 0],
    ]);
    expect(changesOf('a uh b c', 'q c', 'a b c')).toEqual([
      ['edited', 'a b', 'q', 0, 1],
      ['corrected', 'uh', '', 1, 0],
    ]);
  });

  it('repeat of a long text that was replaced only its beginning, and name all of it in the change', () => {
    const heard = Array.from({ length: 5_000 }, (_word, index) => `heard${index}`).join(' ');
    const text = Array.from({ length: 5_000 }, (_word, index) => `said${index}`).join(' ');
    const edited = text.replace('said2500', 'edited');
    const { origins, changes } = trace(heard, edited, text);

    const beginning = `${heard.slice(0, heard.indexOf(' heard38'))}…`;
    expect(origins[0]).toEqual({ origin: 'corrected', heard: beginning });
    expect(origins[4_999]).toEqual({ origin: 'corrected', heard: beginning });
    expect(changes.map((change) => change.heard)).toEqual([heard, 'said2500', beginning]);
    expect(JSON.stringify({ origins, changes }).length).toBeLessThan(3_000_000);
  });

  it('are known where no first-stage text is stored, but not the others', () => {
    const { origins, changes } = trace(null, 'a x', 'a b');
    expect(origins).toEqual([undefined, { origin: 'edited', heard: 'b' }]);
    expect(changes.map(short)).toEqual([['edited', 'b', 'x', 1, 1]]);
  });
});

const WORD = fc.constantFrom('a', 'A', 'a,', 'b', 'c', 'B.', 'dd');
const TEXT = fc.array(WORD, { maxLength: 30 }).map((words) => words.join(' '));
const tokens = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** Undoes changes of one origin, from the last to the first. */
function undo(text: string, changes: readonly TracedChange[]): string {
  const words = tokens(text);
  for (const { firstWord, words: count, heard } of changes.toReversed()) {
    words.splice(firstWord, count, ...tokens(heard));
  }
  return words.join(' ');
}

describe('the changes of any text', () => {
  it('lead back to what was heard when they are undone', () => {
    fc.assert(
      fc.property(TEXT, TEXT, (heard, text) => {
        expect(undo(text, trace(heard, text).changes)).toBe(heard);
      }),
    );
  });

  it('lead back to the text before the first edit when the edits are undone, and cover each changed word', () => {
    fc.assert(
      fc.property(TEXT, TEXT, TEXT, (heard, text, machine) => {
        const { origins, changes } = trace(heard, text, machine);
        expect(
          undo(
            text,
            changes.filter(({ origin }) => origin === 'edited'),
          ),
        ).toBe(machine);
        const covered = origins.map((): string => 'heard');
        for (const { origin, firstWord, words } of changes) {
          expect(firstWord + words).toBeLessThanOrEqual(origins.length);
          for (let index = firstWord; index < firstWord + words; index += 1) {
            expect(covered[index]).toBe('heard');
            covered[index] = origin;
          }
        }
        expect(origins.map((origin) => origin?.origin)).toEqual(covered);
      }),
    );
  });
});

/** An edit of a text: of the word at a share of it, what becomes of it. */
const EDITS = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    kind: fc.constantFrom('replace', 'remove', 'add', 'capitalize'),
  }),
  { maxLength: 40 },
);

describe('random edits of a text', () => {
  it('leave each unchanged word its exact time, and name no other as heard', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), EDITS, (count, edits) => {
        const heard = Array.from({ length: count }, (_one, index) => ({
          text: `word${index}`,
          startMs: index * 1_000,
          endMs: index * 1_000 + 900,
          confidence: 0.9,
          speaker: null,
        }));
        const { text, kept } = editedText(
          heard.map((word) => word.text),
          edits,
        );
        const words = alignWords(text, heard, null);
        const { origins } = traceOrigins({ heard: recognizedText(heard), machine: null, words });

        for (const [index, word] of words.entries()) {
          const own = heard.find((one) => one.text === word.text);
          if (own === undefined) continue;
          expect(word).toMatchObject({ startMs: own.startMs, endMs: own.endMs, isExact: true });
          expect(origins[index]).toEqual({ origin: 'heard' });
        }
        expect(origins.filter((origin) => origin?.origin === 'heard')).toHaveLength(kept);
      }),
    );
  });
});

/** @returns the text after the edits, and the number of words that they left as they were */
function editedText(
  words: readonly string[],
  edits: readonly { at: number; kind: string }[],
): { text: string; kept: number } {
  const edited = [...words];
  for (const [number, { at, kind }] of edits.entries()) {
    const index = Math.floor(at * edited.length);
    const word = edited[index] ?? '';
    if (kind === 'remove') edited.splice(index, 1);
    else if (kind === 'add') edited.splice(index, 0, `added${number}`);
    else edited[index] = kind === 'replace' ? `new${number}` : word.toUpperCase();
  }
  return { text: edited.join(' '), kept: edited.filter((word) => words.includes(word)).length };
}
