import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { ProviderUnavailableError } from '../../providers/provider-error.js';
import { parseCorrection } from './parse-correction.js';
import { parseSummary } from './parse-summary.js';

const OPTIONS = { provider: 'gemini', maxTextChars: 1_000 } as const;

function parse(answer: string): { correctedTranscript: string; note: string } {
  return parseCorrection(answer, OPTIONS);
}

function answer(correctedTranscript: unknown, note: unknown = ''): string {
  return JSON.stringify({ corrected_transcript: correctedTranscript, note });
}

function failure(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('It should have failed.');
}

const UNSTORABLE = /(?![\t\n\r\u0080-\u009F])\p{Cc}|\p{Cs}/u;

describe('parseCorrection', () => {
  it('reads text and note, trimmed', () => {
    expect(parse(answer(' Hallo.\nDag. ', ' Spreek luider. '))).toEqual({
      correctedTranscript: 'Hallo.\nDag.',
      note: 'Spreek luider.',
    });
  });

  it.each([
    ['a code block', '```json\n{"corrected_transcript":"a","note":""}\n```'],
    ['a code block without a language', '```\n{"corrected_transcript":"a","note":""}\n```\n'],
    ['a code block with empty lines', '```JSON \n\n \n{"corrected_transcript":"a","note":""}\n\n \n```'],
    ['white space', ' \n{"corrected_transcript":"a","note":""} '],
    ['unexpected fields', '{"corrected_transcript":"a","note":"","extra":1}'],
  ])('accepts %s', (_name, text) => {
    expect(parse(text).correctedTranscript).toBe('a');
  });

  it('accepts an empty text, as there may be no speech', () => {
    expect(parse(answer(''))).toEqual({ correctedTranscript: '', note: '' });
  });

  it('keeps a code block inside the text', () => {
    expect(parse(answer('```js\nx\n```')).correctedTranscript).toBe('```js\nx\n```');
  });

  it.each([
    ['an escaped NUL', '{"corrected_transcript":"a\\u0000b","note":"c\\u0000"}'],
    ['a raw NUL', '{"corrected_transcript":"a\u0000b","note":"c"}'],
    ['a lone surrogate', '{"corrected_transcript":"a\\ud800b","note":"c\\udc00"}'],
    ['an escape character', '{"corrected_transcript":"a\\u001bb","note":"c\\u007f"}'],
  ])('removes %s', (_name, text) => {
    expect(parse(text)).toEqual({ correctedTranscript: 'ab', note: 'c' });
  });

  it('keeps emoji, tabs and line breaks', () => {
    expect(parse(answer('a\t😀\r\nb')).correctedTranscript).toBe('a\t😀\r\nb');
  });

  it('makes the note one line of at most 300 characters', () => {
    const { note } = parse(answer('a', `Eerste\nregel ${'😀'.repeat(400)}`));
    expect(note.startsWith('Eerste regel ')).toBe(true);
    expect(note.endsWith('…')).toBe(true);
    expect(note.length).toBeLessThanOrEqual(300);
    expect(note).not.toMatch(/\p{Cs}/u);
  });

  it.each([
    ['an empty answer', ''],
    ['an empty code block', '```json\n```'],
    ['a fence alone', '```'],
    ['a code block that is not closed', '```json\n{"corrected_transcript":"a","note":""}'],
    ['a code block in one line', '```json {"corrected_transcript":"a","note":""}```'],
    ['prose', 'Here is your transcript: hallo'],
    ['a cut object', '{"corrected_transcript":"a'],
    ['two objects', `${answer('a')}${answer('b')}`],
    ['a list', `[${answer('a')}]`],
    ['null', 'null'],
    ['a text', '"a"'],
    ['a missing text', '{"note":"a"}'],
    ['a missing note', '{"corrected_transcript":"a"}'],
    ['a text that is null', answer(null)],
    ['a text that is a list', answer(['a'])],
    ['a note that is a number', answer('a', 5)],
    ['a text that is too long', answer('a'.repeat(1_001))],
    ['fields that are only inherited', '{"__proto__":{"corrected_transcript":"a","note":""}}'],
  ])('refuses %s as an invalid answer, which may be requested again', (_name, text) => {
    const error = failure(() => parse(text));
    expect(error).toBeInstanceOf(ProviderUnavailableError);
    expect(error).toMatchObject({ code: 'invalid_answer', ambiguous: false, provider: 'gemini' });
  });

  // Degenerate answers of models; cubic time would take years for these lengths.
  describe.each([100_000, 500_000])('of %d characters', (length) => {
    const row = (piece: string) => piece.repeat(length / piece.length);

    it.each([
      ['line breaks behind a fence', `\`\`\`json\n${row('\n')}x`],
      ['line breaks before a fence', `\`\`\`json\nx${row('\n')}\`\`\`x`],
      ['spaces behind a fence', `\`\`\`${row(' ')}\n\`\`\`x`],
      ['spaces and line breaks', `\`\`\`${row(' \n')}x`],
      ['fences', row('```\n')],
      ['control characters', row('\u0000')],
      ['lone surrogates', row('\ud800')],
    ])('refuses %s', (_name, text) => {
      expect(failure(() => parse(text))).toMatchObject({ code: 'invalid_answer' });
    });

    it('reads an answer among line breaks', () => {
      const good = answer('a', row(' \n'));
      expect(parse(`\`\`\`json\n${row('\n')}${good}${row('\n')}\`\`\``).correctedTranscript).toBe('a');
    });
  });

  it('refuses an answer that is longer than any text of a model', () => {
    const text = answer('a'.repeat(2_000_000), '');
    expect(String(failure(() => parse(text)))).toContain('is longer than any text of a model');
  });

  it('does not quote the answer when it refuses it', () => {
    expect(String(failure(() => parse('what was said')))).not.toContain('what was said');
  });

  it('refuses a good answer that is truncated anywhere', () => {
    const good = answer('Wat "gezegd" is.\n😀', 'Tip.');
    for (let length = 0; length < good.length; length += 1) {
      expect(failure(() => parse(good.slice(0, length)))).toMatchObject({ code: 'invalid_answer' });
    }
    expect(parse(good).correctedTranscript).toBe('Wat "gezegd" is.\n😀');
  });

  it('throws only errors of invalid answers, and returns only storable texts', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 40 });
    const wellFormed = fc
      .record({ correctedTranscript: anyText, note: anyText })
      .map((value) => JSON.stringify(value));
    const mutated = fc
      .tuple(wellFormed, fc.nat(), fc.nat({ max: 5 }), anyText)
      .map(([text, seed, removed, inserted]) => {
        const start = seed % (text.length + 1);
        return text.slice(0, start) + inserted + text.slice(start + removed);
      });
    fc.assert(
      fc.property(fc.oneof(wellFormed, mutated, anyText, fc.json()), (text) => {
        let result;
        try {
          result = parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ProviderUnavailableError);
          return;
        }
        expect(result.correctedTranscript).not.toMatch(UNSTORABLE);
        expect(result.note).not.toMatch(UNSTORABLE);
        expect(result.note).not.toMatch(/[\r\n]/);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('parseSummary', () => {
  it('reads the summary, storable and trimmed', () => {
    expect(parseSummary('{"summary":" a\\u0000b "}', 'vertexai')).toEqual({ summary: 'ab' });
  });

  it.each([
    ['prose', 'In short'],
    ['a missing field', '{"text":"a"}'],
    ['a list', '{"summary":["a"]}'],
    ['a summary that is too long', JSON.stringify({ summary: 'a'.repeat(20_001) })],
  ])('refuses %s as an invalid answer', (_name, text) => {
    expect(failure(() => parseSummary(text, 'vertexai'))).toMatchObject({
      name: 'ProviderUnavailableError',
      code: 'invalid_answer',
      provider: 'vertexai',
    });
  });
});
