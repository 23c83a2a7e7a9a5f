import { describe, expect, it } from 'vitest';
import { NOTHING_TO_TRANSCRIBE } from '../../chunks/empty-text.js';
import { finalTranscript, mergeTranscripts, NOTHING_COULD_BE_TRANSCRIBED } from './merge-transcripts.js';

describe('the transcript of a conversation', () => {
  it('joins the texts in their order, one paragraph each', () => {
    expect(mergeTranscripts(['One.', 'Two.\nStill two.', 'Three.'])).toBe(
      'One.\n\nTwo.\nStill two.\n\nThree.',
    );
  });

  it('leaves out chunks without speech', () => {
    expect(mergeTranscripts([null, 'One.', '', '  \n', NOTHING_TO_TRANSCRIBE, ' Two. '])).toBe(
      'One.\n\nTwo.',
    );
  });

  it('keeps the words for silence when they are part of a sentence', () => {
    const text = `He wrote ${NOTHING_TO_TRANSCRIBE} on it.`;
    expect(mergeTranscripts([text])).toBe(text);
  });

  it('is empty without texts', () => {
    expect(mergeTranscripts([])).toBe('');
    expect(mergeTranscripts([null, NOTHING_TO_TRANSCRIBE])).toBe('');
  });

  it('distinguishes a failure from silence when there is no text', () => {
    expect(finalTranscript('', 0)).toBe(NOTHING_TO_TRANSCRIBE);
    expect(finalTranscript('', 1)).toBe(NOTHING_COULD_BE_TRANSCRIBED);
  });

  it('is the text, even when other chunks failed', () => {
    expect(finalTranscript('One.', 2)).toBe('One.');
  });
});
