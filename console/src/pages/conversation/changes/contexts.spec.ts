import { describe, expect, it } from 'vitest';
import type { TranscriptChange, TranscriptChunk } from '../../../api/types';
import { changedWords, changesInContext, filterChanges } from './contexts';

const replaced: TranscriptChange = {
  origin: 'corrected',
  heard: 'wilkin brook',
  text: 'Wilgenbrug',
  start: 700,
  end: 800,
  firstWord: 7,
  words: 1,
  minor: false,
};
const minor: TranscriptChange = { ...replaced, heard: 'a', text: 'A', firstWord: 0, minor: true };
const removed: TranscriptChange = {
  ...replaced,
  origin: 'edited',
  heard: 'uh',
  text: '',
  firstWord: 8,
  words: 0,
};

const chunk: TranscriptChunk = {
  id: 'chunk',
  position: 0,
  durationSeconds: 1,
  offsetMs: 0,
  transcript: '',
  words: Array.from({ length: 10 }, (_one, index) => ({
    text: `w${index}`,
    start: index * 100,
    end: index * 100 + 90,
  })),
  changes: [minor, replaced, removed],
};

describe('changes', () => {
  const changes = changesInContext([chunk]);

  it('stand between the words around them', () => {
    expect(changes.map(({ before, after }) => [before, after])).toEqual([
      ['', 'w1 w2 w3 w4 w5 w6'],
      ['w1 w2 w3 w4 w5 w6', 'w8 w9'],
      ['w2 w3 w4 w5 w6 w7', 'w8 w9'],
    ]);
  });

  it('are filtered by their weight and by who made them', () => {
    const texts = (hideMinor: boolean, origin: 'corrected' | 'edited' | null) =>
      filterChanges(changes, { hideMinor, origin }).map(({ heard }) => heard);
    expect(texts(false, null)).toEqual(['a', 'wilkin brook', 'uh']);
    expect(texts(true, null)).toEqual(['wilkin brook', 'uh']);
    expect(texts(true, 'corrected')).toEqual(['wilkin brook']);
    expect(texts(false, 'edited')).toEqual(['uh']);
  });

  it('are counted in words, and as a share of all', () => {
    expect(changedWords(changes, [chunk])).toEqual({ words: 2, share: 0.2 });
    expect(changedWords([], [])).toEqual({ words: 0, share: 0 });
  });

  it('are none while it is unknown what was heard', () => {
    expect(changesInContext([{ ...chunk, changes: undefined }])).toEqual([]);
  });
});
