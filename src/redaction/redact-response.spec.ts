import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redactResponse } from './redact-response.js';

function word(text: string): object {
  return { text, start: 10, end: 20, confidence: 0.9, speaker: 'A' };
}

describe('redactResponse', () => {
  it('copies a response without personal data as it is', async () => {
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

  it('redacts the text, and makes one of the pieces that something lies in, with the times of the first and the last', async () => {
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

  it('puts two findings in one piece where the pieces are larger than they are', async () => {
    const response = { text: 'a@b.nl/c@d.nl ja', words: [word('a@b.nl/c@d.nl'), word('ja')] };
    expect(await redactResponse(response)).toMatchObject({
      words: [word('<redacted_email>/<redacted_email>'), word('ja')],
    });
  });

  it.each([
    ['the words give away less than the text', 'Bel 06 12345678.', [word('Bel'), word('mij.')]],
    ['the words give away more than the text', 'Bel mij.', [word('Bel'), word('06'), word('12345678.')]],
    ['the words give away another thing than the text', 'Bel 06 12345678.', [word('Mail'), word('a@b.nl')]],
  ])('empties the lists of pieces where %s', async (_name, text, words) => {
    expect(await redactResponse({ text, words })).toMatchObject({ words: [] });
  });

  it('empties the lists of pieces where something lies across two utterances', async () => {
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

  it('leaves nothing of what it found in any piece, wherever the pieces were cut', async () => {
    const secret = 'Bel 06 12345678 of mail jan@example.nl, BSN 123456782.';
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: secret.length - 1 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [0, ...places.toSorted((a, b) => a - b), secret.length];
        const words = ends.slice(1).map((end, index) => word(secret.slice(ends[index], end)));
        const stored = JSON.stringify(await redactResponse({ text: secret, words }));
        expect(stored).not.toMatch(/12345678|jan@|example|123456782/);
      }),
    );
  });

  it('does not change what it was given', async () => {
    const response = { text: 'a@b.nl', words: [word('a@b.nl')] };
    await redactResponse(response);
    expect(response).toEqual({ text: 'a@b.nl', words: [word('a@b.nl')] });
  });

  it('notices what only the words give away together', async () => {
    expect(await redactResponse({ text: null, words: [word('06'), word('1234'), word('5678')] })).toEqual({
      text: null,
      words: [],
    });
  });

  it('notices what only an utterance says', async () => {
    const response = { text: '', utterances: [{ text: 'x@y.nl' }], words: [word('hoi')] };
    expect(await redactResponse(response)).toEqual({ text: '', utterances: [], words: [] });
  });

  it('redacts texts in fields that it has never heard of, and empties words without a text beside them', async () => {
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

  it('keeps ids, addresses and settings of the provider', async () => {
    const response = {
      id: '06-12345678',
      audio_url: 'https://store.example/0612345678.wav',
      webhook_url: 'https://us.example/?submission=0612345678',
      text: 'hoi',
    };
    expect(await redactResponse(response)).toEqual(response);
  });

  it.each([[null], [undefined], [5], ['hoi'], [[]], [{}]])(
    'copies %p, which is no response at all',
    async (value) => {
      expect(await redactResponse(value)).toEqual(value);
    },
  );
});
