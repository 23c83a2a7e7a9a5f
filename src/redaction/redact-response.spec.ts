import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { redactResponse } from './redact-response.js';

function word(text: string): object {
  return { text, start: 10, end: 20, confidence: 0.9, speaker: 'A' };
}

describe('redactResponse', () => {
  it('copies a response without personal data unchanged', async () => {
    const response = {
      id: '0612345678',
      status: 'completed',
      text: 'Goedemorgen allemaal.',
      words: [word('Goedemorgen'), word('allemaal.')],
      utterances: null,
      audio_duration: 3,
      punctuate: true,
    };
    const copy = await redactResponse(response);
    expect(copy).toEqual(response);
    expect(copy).not.toBe(response);
  });

  it('redacts the text, and merges the pieces of a finding, with the times of the first and the last', async () => {
    const words = [
      word('Bel'),
      { ...word('06'), start: 20, end: 30 },
      { ...word('12345678.'), start: 30, end: 60 },
      word('Ja'),
    ];
    const response = {
      text: 'Bel 06 12345678. Ja',
      words,
      utterances: [{ text: 'Bel 06 12345678. Ja', speaker: 'A', words }],
      audio_duration: 3,
    };
    const redacted = [word('Bel'), { ...word('<redacted_phone>.'), start: 20, end: 60 }, word('Ja')];
    expect(await redactResponse(response)).toEqual({
      text: 'Bel <redacted_phone>. Ja',
      words: redacted,
      utterances: [{ text: 'Bel <redacted_phone>. Ja', speaker: 'A', words: redacted }],
      audio_duration: 3,
    });
  });

  it('redacts two findings in one piece', async () => {
    const response = { text: 'a@b.nl/c@d.nl ja', words: [word('a@b.nl/c@d.nl'), word('ja')] };
    expect(await redactResponse(response)).toMatchObject({
      words: [word('<redacted_email>/<redacted_email>'), word('ja')],
    });
  });

  it.each([
    ['the words have fewer findings than the text', 'Bel 06 12345678.', [word('Bel'), word('mij.')]],
    ['the words have more findings than the text', 'Bel mij.', [word('Bel'), word('06'), word('12345678.')]],
    ['the words have other findings than the text', 'Bel 06 12345678.', [word('Mail'), word('a@b.nl')]],
  ])('empties the lists of pieces when %s', async (_name, text, words) => {
    expect(await redactResponse({ text, words })).toMatchObject({ words: [] });
  });

  it('empties the lists of pieces when a finding spans two utterances', async () => {
    const utterances = [
      { text: 'Bel 06', words: [word('Bel'), word('06')] },
      { text: '12345678.', words: [word('12345678.')] },
    ];
    const words = [word('Bel'), word('06'), word('12345678.')];
    expect(await redactResponse({ text: 'Bel 06 12345678.', words, utterances })).toEqual({
      text: 'Bel <redacted_phone>.',
      words: [],
      utterances: [],
    });
  });

  it('leaves no part of a finding in any piece, for any division into pieces', async () => {
    const secret = 'Bel 06 12345678 of mail jan@example.nl, BSN 123456782.';
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: secret.length - 1 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (positions) => {
        const ends = [0, ...positions.toSorted((a, b) => a - b), secret.length];
        const words = ends.slice(1).map((end, index) => word(secret.slice(ends[index], end)));
        const stored = JSON.stringify(await redactResponse({ text: secret, words }));
        expect(stored).not.toMatch(/12345678|jan@|example|123456782/);
      }),
    );
  });

  it('does not change its argument', async () => {
    const response = { text: 'a@b.nl', words: [word('a@b.nl')] };
    await redactResponse(response);
    expect(response).toEqual({ text: 'a@b.nl', words: [word('a@b.nl')] });
  });

  it('detects data that only the joined words reveal', async () => {
    expect(await redactResponse({ text: null, words: [word('06'), word('1234'), word('5678')] })).toEqual({
      text: null,
      words: [],
    });
  });

  it('detects data that only an utterance contains', async () => {
    const response = { text: '', utterances: [{ text: 'x@y.nl' }], words: [word('hoi')] };
    expect(await redactResponse(response)).toEqual({ text: '', utterances: [], words: [] });
  });

  it('redacts texts in unknown fields, and empties words without a text in the same object', async () => {
    const response = {
      chapters: [{ gist: 'x@y.nl belt', words: [word('x@y.nl')] }],
      entities: [{ entity_type: 'phone_number', text: '06 12345678' }],
      auto_highlights_result: { results: [{ text: 'NL91 ABNA 0417 1643 00', count: 2 }] },
    };
    expect(await redactResponse(response)).toEqual({
      chapters: [{ gist: '<redacted_email> belt', words: [] }],
      entities: [{ entity_type: 'phone_number', text: '<redacted_phone>' }],
      auto_highlights_result: { results: [{ text: '<redacted_iban>', count: 2 }] },
    });
  });

  it('keeps ids, URLs and settings of the provider', async () => {
    const response = {
      id: '06-12345678',
      audio_url: 'https://store.example/0612345678.wav',
      webhook_url: 'https://us.example/?submission=0612345678',
      text: 'hoi',
    };
    expect(await redactResponse(response)).toEqual(response);
  });

  it.each([[null], [undefined], [5], ['hoi'], [[]], [{}]])(
    'copies %p, which is no response',
    async (value) => {
      expect(await redactResponse(value)).toEqual(value);
    },
  );
});
