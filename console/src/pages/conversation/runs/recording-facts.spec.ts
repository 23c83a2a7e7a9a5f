import { describe, expect, it } from 'vitest';
import { recordingFacts } from './recording-facts';

const AAC = { container: 'mp4', codec: 'aac', channels: 1, sampleRate: 44_100 };

describe('the facts about a recording', () => {
  it('are its length, container, codec, channels and sample rate', () => {
    expect(recordingFacts({ audioSeconds: 754.2, recording: AAC })).toBe(
      '12:34 · mp4, aac · 1 channel · 44.1 kHz',
    );
  });

  it('name a codec once when its container has the same name', () => {
    const recording = { container: 'mp3', codec: 'mp3', channels: 2, sampleRate: 48_000 };

    expect(recordingFacts({ audioSeconds: null, recording })).toBe('mp3 · 2 channels · 48 kHz');
  });

  it('are the length alone for a file that could not be read, and nothing while that is unknown', () => {
    expect(recordingFacts({ audioSeconds: 65, recording: null })).toBe('1:05');
    expect(recordingFacts({ audioSeconds: null, recording: null })).toBe('');
  });
});
