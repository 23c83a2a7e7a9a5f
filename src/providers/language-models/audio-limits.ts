import { factsOf } from './model-catalogue.js';
import { MAX_INLINE_AUDIO_BYTES, inlineAudioBytes } from './inline-audio.js';

/** Recordings that a model hears. */
export interface AudioLimits {
  /** 0: it reads text only. Bytes before encoding. */
  maxBytes: number;
  /** Media types, under the names that `modelMimeType` gives. */
  mimeTypes: ReadonlySet<string>;
}

/** @param model as CORRECTION_MODEL names it, also with a path such as `models/` before it */
export function audioLimitsOf(model: string): AudioLimits {
  const { audioTypes, limits } = factsOf(model);
  const maxBytes = Math.min(inlineAudioBytes(limits.inlineBytes), MAX_INLINE_AUDIO_BYTES);
  return { maxBytes: audioTypes.size === 0 ? 0 : maxBytes, mimeTypes: audioTypes };
}
