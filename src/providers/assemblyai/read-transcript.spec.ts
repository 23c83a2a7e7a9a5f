import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { ProviderTranscript } from './provider-transcript.js';
import { readTranscript } from './read-transcript.js';

const transcript = (changes: Partial<ProviderTranscript> = {}): ProviderTranscript => ({
  id: 't-1',
  status: 'completed',
  text: 'Hello.',
  audio_url: 'https://store.example/c.mp3?X-Amz-Signature=abc',
  ...changes,
});

const failure = (error: string | null | undefined) =>
  readTranscript(transcript({ status: 'error', text: null, error }));

describe('readTranscript', () => {
  it.each(['queued', 'processing'] as const)('classifies a %s transcript as running', (status) => {
    expect(readTranscript(transcript({ status }))).toEqual({ kind: 'running' });
  });

  it('returns the text, language, duration and whole answer of a completed transcript', () => {
    const words = [{ text: 'Hello.', start: 0, end: 5, confidence: 1 }];
    const reading = readTranscript(transcript({ language_code: 'en', audio_duration: 12, words }));
    expect(reading).toMatchObject({
      kind: 'text',
      text: 'Hello.',
      languageCode: 'en',
      audioDurationSeconds: 12,
    });
    expect(reading).toHaveProperty('raw.words', words);
  });

  it('removes signatures and tokens from the answer to be stored', () => {
    const reading = readTranscript(
      transcript({ webhook_url: 'https://us.example/hook?token=abc&submission=1' }),
    );
    expect(reading).toHaveProperty('raw.audio_url', 'https://store.example/c.mp3');
    expect(reading).toHaveProperty('raw.webhook_url', 'https://us.example/hook');
  });

  it.each([null, '', undefined])('reads %p as a text without speech', (text) => {
    expect(readTranscript(transcript({ text }))).toMatchObject({ kind: 'text', text: '' });
  });

  it('does not take the sentence of a deleted transcript for speech', () => {
    const deleted = transcript({ text: 'Deleted by user.', audio_url: 'http://deleted_by_user' });
    expect(readTranscript(deleted)).toMatchObject({ kind: 'failed', reason: 'deleted', canResubmit: false });
  });

  it('takes the same sentence for speech when the transcript still has its audio', () => {
    expect(readTranscript(transcript({ text: 'Deleted by user.' }))).toMatchObject({ kind: 'text' });
  });

  it.each([
    ['language_detection cannot be performed on files with no spoken audio.', 'no_speech', false],
    [
      "detected language 'bg', confidence 0.2949, is below the requested confidence threshold value of '0.4'",
      'no_speech',
      false,
    ],
    ['Audio speech threshold 0.9461 is below the requested speech threshold value 1.0', 'no_speech', false],
    ['Audio duration is too short.', 'no_speech', false],
    ['File size is too small', 'no_speech', false],
    ['Upload is an empty file', 'no_speech', false],
    [
      'File does not appear to contain audio. File type is text/html (HTML document, ASCII text).',
      'not_audio',
      false,
    ],
    ['Transcoding failed. File does not appear to contain audio.', 'not_audio', false],
    [
      'Download error, unable to download https://foo.bar. Please make sure the file exists and is accessible from the internet.',
      'download',
      false,
    ],
    [
      'Download error to https://x.example/a?s=1, 403 Client Error: Forbidden for url: https://x.example/a?s=1',
      'download',
      false,
    ],
    [
      'Download error to https://x.example/a?s=1, 503 Server Error: Service Unavailable for url: https://x.example/a',
      'download',
      true,
    ],
    ['Server error, developers have been alerted.', 'provider_fault', true],
    [
      'Internal server error. Please retry your request. If the error persists, please contact support@assemblyai.com for more information.',
      'provider_fault',
      true,
    ],
    ['Download error, unable to access file at https://example.com/audio.mp3', 'download', false],
    ['File size exceeds the maximum of 5 GB', 'other', false],
    ['This file is not supported. Please try again with another file.', 'other', false],
    ['Do not retry this request', 'other', false],
    ['The speaker model had an internal error', 'other', false],
    ['Unsupported codec; no spoken audio track 2', 'other', false],
    ['A sentence that nobody has seen before', 'other', false],
    ['Unsupported thing at https://x.example/server%20error/retry/', 'other', false],
  ])('reads %p as %s', (error, reason, canResubmit) => {
    expect(failure(error)).toMatchObject({ kind: 'failed', reason, canResubmit });
  });

  it.each([null, undefined, ''])('returns a message even when the reason is %p', (error) => {
    expect(failure(error)).toEqual({
      kind: 'failed',
      reason: 'other',
      canResubmit: false,
      message: 'AssemblyAI could not transcribe the audio.',
    });
  });

  it('explains the failure without the signature of the audio URL', () => {
    const sentence = 'Download error to https://x.example/a.mp3?X-Amz-Signature=abc, 403 Client Error';
    expect(failure(sentence)).toMatchObject({
      message:
        'AssemblyAI could not download the audio; check that its URL is reachable from the internet: "Download error to https://x.example/a.mp3 403 Client Error"',
    });
  });

  it('rejects a text longer than the longest recording allows', () => {
    const reading = (length: number) =>
      readTranscript({ id: 't', status: 'completed', text: 'a'.repeat(length) });

    expect(reading(1_080_000)).toMatchObject({ kind: 'text' });
    expect(reading(1_080_001)).toMatchObject({
      kind: 'failed',
      reason: 'text_too_long',
      canResubmit: false,
      message: 'AssemblyAI sent a text of more than 1080000 characters, more than ten hours of speech.',
    });
  });

  it('returns a short message for any error text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (error) => {
        const reading = failure(error);
        expect(reading.kind === 'failed' && reading.message.length < 500).toBe(true);
      }),
    );
  });
});
