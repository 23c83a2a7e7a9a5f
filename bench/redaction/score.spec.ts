import { describe, expect, it } from 'vitest';
import type { PersonalData } from '../../src/redaction/redact-patterns.js';
import { parseCorpus } from './corpus.js';
import { isGoodEnough, score } from './score.js';

const TEXT = 'Bel (020) 123 nu.';

function scored(found: PersonalData[], line = { text: 'Bel [[phone|(020) 123]] nu.' }) {
  return score(parseCorpus(JSON.stringify(line), 'a.jsonl'), () => found);
}

function phones(result: ReturnType<typeof scored>) {
  const { truePositives, falsePositives, falseNegatives } =
    result.kinds.find(({ kind }) => kind === 'phone') ?? {};
  return [truePositives, falsePositives, falseNegatives];
}

const at = (words: string, kind: PersonalData['kind'] = 'phone'): PersonalData => {
  const start = TEXT.indexOf(words);
  return { kind, start, end: start + words.length };
};

describe('the score', () => {
  it.each([['(020) 123'], ['020) 123'], [' (020) 123 ']])('counts "%s" as the labeled number', (words) => {
    expect(phones(scored([at(words)]))).toEqual([1, 0, 0]);
  });

  it.each([['020'], ['123 nu'], ['Bel']])('counts "%s" as a miss and a wrong find', (words) => {
    expect(phones(scored([at(words)]))).toEqual([0, 1, 1]);
  });

  it('counts another kind as a miss of the one and a wrong find of the other', () => {
    const result = scored([at('(020) 123', 'bsn')]);
    expect(phones(result)).toEqual([0, 0, 1]);
    expect(result.mistakes.map(({ kind, problem }) => [kind, problem])).toEqual([
      ['phone', 'missed'],
      ['bsn', 'wrongly found'],
    ]);
    expect(isGoodEnough(result)).toBe(false);
  });

  it('is good enough for kinds that the corpus does not contain', () => {
    const result = scored([], { text: 'Niets.' });
    expect(result.kinds.every(({ precision, recall }) => precision === null && recall === null)).toBe(true);
    expect(isGoodEnough(result)).toBe(true);
  });
});
