import { describe, expect, it } from '@jest/globals';
import { redactResponse } from './redact-response.js';

function word(text: string): object {
  return { text, start: 10, end: 20, confidence: 0.9, speaker: 'A' };
}

describe('redactResponse', () => {
  it('copies a response without personal data as it is', () => {
    const response = {
      id: '0612345678',
      status: 'completed',
      text: 'Goedemorgen allemaal.',
      words: [word('Goedemorgen'), word('allemaal.')],
      utterances: null,
      audio_duration: 3,
      punctuate: true,
    };
    const copy = redactResponse(response);
    expect(copy).toEqual(response);
    expect(copy).not.toBe(response);
  });

  it('redacts the text and empties the lists of pieces', () => {
    const response = {
      text: 'Bel 06 12345678.',
      words: [word('Bel'), word('06'), word('12345678.')],
      utterances: [{ text: 'Bel 06 12345678.', speaker: 'A', words: [word('06')] }],
      audio_duration: 3,
    };
    expect(redactResponse(response)).toEqual({
      text: 'Bel <redacted_phone>.',
      words: [],
      utterances: [],
      audio_duration: 3,
    });
  });

  it('does not change what it was given', () => {
    const response = { text: 'a@b.nl', words: [word('a@b.nl')] };
    redactResponse(response);
    expect(response).toEqual({ text: 'a@b.nl', words: [word('a@b.nl')] });
  });

  it('notices what only the words give away together', () => {
    expect(redactResponse({ text: null, words: [word('06'), word('1234'), word('5678')] })).toEqual({
      text: null,
      words: [],
    });
  });

  it('notices what only an utterance says', () => {
    const response = { text: '', utterances: [{ text: 'x@y.nl' }], words: [word('hoi')] };
    expect(redactResponse(response)).toEqual({ text: '', utterances: [], words: [] });
  });

  it('redacts texts in fields that it has never heard of, and empties words inside them', () => {
    const response = {
      chapters: [{ gist: 'x@y.nl belt', words: [word('x@y.nl')] }],
      entities: [{ entity_type: 'phone_number', text: '06 12345678' }],
      auto_highlights_result: { results: [{ text: 'NL91 ABNA 0417 1643 00', count: 2 }] },
    };
    expect(redactResponse(response)).toEqual({
      chapters: [{ gist: '<redacted_email> belt', words: [] }],
      entities: [{ entity_type: 'phone_number', text: '<redacted_phone>' }],
      auto_highlights_result: { results: [{ text: '<redacted_iban>', count: 2 }] },
    });
  });

  it('keeps ids, addresses and settings of the provider', () => {
    const response = {
      id: '06-12345678',
      audio_url: 'https://store.example/0612345678.wav',
      webhook_url: 'https://us.example/?submission=0612345678',
      text: 'hoi',
    };
    expect(redactResponse(response)).toEqual(response);
  });

  it.each([[null], [undefined], [5], ['hoi'], [[]], [{}]])(
    'copies %p, which is no response at all',
    (value) => {
      expect(redactResponse(value)).toEqual(value);
    },
  );
});
