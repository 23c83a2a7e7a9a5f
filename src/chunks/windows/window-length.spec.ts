import { describe, expect, it } from 'vitest';
import { MAX_INLINE_AUDIO_BYTES } from '../../providers/inline-audio.js';
import { MAX_STRETCH } from './plan-windows.js';
import { windowSeconds } from './window-length.js';

const HOUR = 3_600;

const stored = (bytesPerSecond: number, codec: string | null) => ({
  bytes: bytesPerSecond * HOUR,
  seconds: HOUR,
  codec,
});

describe('windowSeconds', () => {
  it('is what is configured, for MP3 and for telephone sound', () => {
    expect(windowSeconds(480, stored(16_000, 'mp3'))).toBe(480);
    expect(windowSeconds(480, stored(16_000, 'pcm-s16'))).toBe(480);
  });

  it.each([32_000, 88_200, 176_400, 288_000])(
    'is short enough for the sound of the longest window to fit into a request, at %i bytes a second',
    (bytesPerSecond) => {
      const seconds = windowSeconds(480, stored(bytesPerSecond, 'pcm-s16'));

      expect(seconds).toBeGreaterThanOrEqual(10);
      expect(seconds * MAX_STRETCH * bytesPerSecond).toBeLessThan(MAX_INLINE_AUDIO_BYTES);
    },
  );

  it('does not count the pictures of a film', () => {
    expect(windowSeconds(480, stored(2_000_000, 'aac'))).toBe(windowSeconds(480, stored(40_000, 'aac')));
  });

  it('assumes uncompressed speech where nothing is known', () => {
    const nothing = { bytes: null, seconds: null, codec: null };

    expect(windowSeconds(480, nothing)).toBe(windowSeconds(480, stored(32_000, 'pcm-s16')));
    expect(windowSeconds(60, nothing)).toBe(60);
  });

  it('is at least ten seconds', () => {
    expect(windowSeconds(480, stored(50_000_000, 'pcm-s32'))).toBe(10);
  });
});
