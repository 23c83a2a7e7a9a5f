import { describe, expect, it } from 'vitest';
import { RECORDINGS } from '../audio/media-type.js';
import { audioLimitsOf } from '../providers/language-models/audio-limits.js';
import { modelMimeType } from '../providers/language-models/model-mime-type.js';

const GEMINI_FORMATS = ['mp3', 'wav', 'm4a', 'ogg', 'flac', 'aac', 'aiff', 'webm', 'mp4'];

describe('the audio support of a model', () => {
  it.each(['gemini-2.5-pro', 'models/gemini-2.5-flash', 'gemini-3-pro-preview', 'our-gateway-alias'])(
    'of %s covers the formats that Gemini documents, up to 13.5 MB',
    (model) => {
      const { maxBytes, mimeTypes } = audioLimitsOf(model);
      const supported = [...RECORDINGS.values()].filter(({ mimeType }) =>
        mimeTypes.has(modelMimeType(mimeType)),
      );
      expect(maxBytes).toBe(13_500_000);
      expect([...new Set(supported.map(({ extension }) => extension))].sort()).toEqual(
        [...GEMINI_FORMATS].sort(),
      );
    },
  );

  it.each(['gemma-3-27b-it', 'gemini-2.5-flash-image', 'gemini-2.5-pro-preview-tts', 'gemini-embedding-001'])(
    'is missing in %s',
    (model) => {
      expect(audioLimitsOf(model)).toMatchObject({ maxBytes: 0 });
    },
  );

  it('exists in gemma-3n', () => {
    expect(audioLimitsOf('gemma-3n-e4b-it').maxBytes).toBeGreaterThan(0);
  });
});
