import { describe, expect, it } from '@jest/globals';
import { NOTHING_TO_TRANSCRIBE } from '../../chunks/empty-text.js';
import { finalTranscript, mergeTranscripts, NOTHING_COULD_BE_TRANSCRIBED } from './merge-transcripts.js';

describe('the transcript of a conversation', () => {
  it('is its texts in their order, a paragraph each', () => {
    expect(mergeTranscripts(['One.', 'Two.\nStill two.', 'Three.'])).toBe(
      'One.\n\nTwo.\nStill two.\n\nThree.',
    );
  });

  it('has no trace of chunks in which nothing was said', () => {
    expect(mergeTranscripts([null, 'One.', '', '  \n', NOTHING_TO_TRANSCRIBE, ' Two. '])).toBe(
      'One.\n\nTwo.',
    );
  });

  it('keeps those words where somebody says them in a sentence', () => {
    const text = `He wrote ${NOTHING_TO_TRANSCRIBE} on it.`;
    expect(mergeTranscripts([text])).toBe(text);
  });

  it('is empty when there is nothing', () => {
    expect(mergeTranscripts([])).toBe('');
    expect(mergeTranscripts([null, NOTHING_TO_TRANSCRIBE])).toBe('');
  });

  it('tells a failure from silence where there is no text', () => {
    expect(finalTranscript('', 0)).toBe(NOTHING_TO_TRANSCRIBE);
    expect(finalTranscript('', 1)).toBe(NOTHING_COULD_BE_TRANSCRIBED);
  });

  it('is its text, whatever else failed', () => {
    expect(finalTranscript('One.', 2)).toBe('One.');
  });
});
