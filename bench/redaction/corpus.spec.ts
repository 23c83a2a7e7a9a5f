import { describe, expect, it } from 'vitest';
import { CorpusError, parseCorpus } from './corpus.js';

const read = (...cases: unknown[]) =>
  parseCorpus(cases.map((one) => JSON.stringify(one)).join('\n'), 'a.jsonl').map(({ text, data }) => ({
    text,
    data,
  }));

describe('a corpus', () => {
  it('marks personal data within its texts', () => {
    expect(read({ text: 'Bel [[phone|06 1]] of [[email|a@b.nl]].' })).toEqual([
      {
        text: 'Bel 06 1 of a@b.nl.',
        data: [
          { kind: 'phone', start: 4, end: 8 },
          { kind: 'email', start: 12, end: 18 },
        ],
      },
    ]);
  });

  it('may list it by value, the second of two equal values after the first', () => {
    const pii = [
      { kind: 'phone_number', value: '06 1' },
      { kind: 'PHONE', value: '06 1' },
    ];
    expect(read({ text: '06 1 en 06 1', pii })).toEqual([
      {
        text: '06 1 en 06 1',
        data: [
          { kind: 'phone', start: 0, end: 4 },
          { kind: 'phone', start: 8, end: 12 },
        ],
      },
    ]);
  });

  it('may list it by position, and leaves out kinds without a pattern', () => {
    const pii = [
      { kind: 'name', start: 0, end: 3 },
      { kind: 'zip', start: 4, end: 9 },
    ];
    expect(read({ text: 'Jan 90210', pii })).toEqual([
      { text: 'Jan 90210', data: [{ kind: 'postcode', start: 4, end: 9 }] },
    ]);
  });

  it('may have empty lines and cases without personal data', () => {
    expect(parseCorpus('\n{"text":"Niets."}\r\n\n', 'a.jsonl')).toEqual([
      { text: 'Niets.', data: [], location: 'a.jsonl:2' },
    ]);
  });

  it.each([
    ['no JSON', 'Bel mij'],
    ['no object', '5'],
    ['no text', '{"pii":[]}'],
    ['a list that is not an array', '{"text":"a","pii":{}}'],
    ['a label without a kind', '{"text":"a","pii":[{"value":"a"}]}'],
    ['a value that the text does not hold', '{"text":"a","pii":[{"kind":"phone","value":"b"}]}'],
    ['a position outside of the text', '{"text":"a","pii":[{"kind":"phone","start":0,"end":2}]}'],
  ])('with %s is refused with the line in the message', (_name, line) => {
    expect(() => parseCorpus(`{"text":"ok"}\n${line}`, 'a.jsonl')).toThrow(CorpusError);
    expect(() => parseCorpus(`{"text":"ok"}\n${line}`, 'a.jsonl')).toThrow(/^a\.jsonl:2: /);
  });
});
