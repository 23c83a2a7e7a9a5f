import { describe, expect, it } from 'vitest';
import type { TimedWord } from '../align-words.js';
import { toParagraphs } from './paragraphs.js';

/** Makes words that follow each other without pauses, half a second each. */
function words(text: string, changes: Partial<TimedWord> = {}, startMs = 0): TimedWord[] {
  return text.split(' ').map((word, index) => ({
    text: word,
    gap: index === 0 ? '' : ' ',
    startMs: startMs + index * 500,
    endMs: startMs + index * 500 + 500,
    confidence: null,
    speaker: null,
    isExact: true,
    ...changes,
  }));
}

const textsOf = (all: TimedWord[]): string[] => toParagraphs(all).map(({ text }) => text);

describe('paragraphs', () => {
  it('are none without words', () => {
    expect(toParagraphs([])).toEqual([]);
  });

  it('begin where the speaker changes, with the speaker and the time of the first word', () => {
    const all = [
      ...words('Good morning.', { speaker: 'A' }),
      ...words('Hello there, you.', { speaker: 'B' }, 1_000),
      ...words('Well.', { speaker: 'A' }, 2_500),
    ];
    expect(toParagraphs(all)).toEqual([
      { speaker: 'A', startMs: 0, text: 'Good morning.' },
      { speaker: 'B', startMs: 1_000, text: 'Hello there, you.' },
      { speaker: 'A', startMs: 2_500, text: 'Well.' },
    ]);
  });

  it('begin after two seconds of silence, and not after less', () => {
    expect(textsOf([...words('one two'), ...words('three', { gap: ' ' }, 2_999)])).toEqual(['one two three']);
    expect(textsOf([...words('one two'), ...words('three', { gap: ' ' }, 3_000)])).toEqual([
      'one two',
      'three',
    ]);
  });

  it('measure the silence from the word that ends last, as two may talk at once', () => {
    const long = words('long', { endMs: 5_000 });
    expect(
      textsOf([...long, ...words('short', { gap: ' ' }, 100), ...words('next', { gap: ' ' }, 6_000)]),
    ).toEqual(['long short next']);
  });

  it('begin at a line break of the text', () => {
    expect(textsOf([...words('one'), ...words('two', { gap: '\n' }, 500)])).toEqual(['one', 'two']);
  });

  it('end with their sentence once they have ninety words', () => {
    const sentence = [...Array.from({ length: 39 }, () => 'word'), 'end.'].join(' ');
    const all = words([sentence, sentence, sentence, sentence].join(' '));
    expect(textsOf(all)).toEqual([`${sentence} ${sentence} ${sentence}`, sentence]);
  });
});
