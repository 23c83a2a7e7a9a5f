import { describe, expect, it } from '@jest/globals';
import { RECORDINGS } from '../audio/media-type.js';
import { audioLimitsOf } from '../providers/language-models/audio-limits.js';
import { modelMimeType } from '../providers/language-models/model-mime-type.js';

const HEARD_BY_GEMINI = ['mp3', 'wav', 'm4a', 'ogg', 'flac', 'aac', 'aiff', 'webm', 'mp4'];

describe('what a model hears', () => {
  it.each(['gemini-2.5-pro', 'models/gemini-2.5-flash', 'gemini-3-pro-preview', 'our-gateway-alias'])(
    '%s hears the formats that Gemini documents, up to 13.5 MB',
    (model) => {
      const { maxBytes, mimeTypes } = audioLimitsOf(model);
      const heard = [...RECORDINGS.values()].filter(({ mimeType }) => mimeTypes.has(modelMimeType(mimeType)));
      expect(maxBytes).toBe(13_500_000);
      expect([...new Set(heard.map(({ extension }) => extension))].sort()).toEqual(
        [...HEARD_BY_GEMINI].sort(),
      );
    },
  );

  it.each(['gemma-3-27b-it', 'gemini-2.5-flash-image', 'gemini-2.5-pro-preview-tts', 'gemini-embedding-001'])(
    '%s hears nothing',
    (model) => {
      expect(audioLimitsOf(model)).toMatchObject({ maxBytes: 0 });
    },
  );

  it('gemma-3n hears', () => {
    expect(audioLimitsOf('gemma-3n-e4b-it').maxBytes).toBeGreaterThan(0);
  });
});
