import { factsOf } from './model-catalog.js';
import { MAX_INLINE_AUDIO_BYTES, inlineAudioBytes } from '../inline-audio.js';

/** Limits of the recordings that a model accepts. */
export interface AudioLimits {
  /** 0: the model accepts text only. Bytes before encoding. */
  maxBytes: number;
  /** Media types, by the names of `modelMimeType`. */
  mimeTypes: ReadonlySet<string>;
}

/** @param model as in CORRECTION_MODEL, optionally with a path such as `models/` before it */
export function audioLimitsOf(model: string): AudioLimits {
  const { audioTypes, limits } = factsOf(model);
  const maxBytes = Math.min(inlineAudioBytes(limits.inlineBytes), MAX_INLINE_AUDIO_BYTES);
  return { maxBytes: audioTypes.size === 0 ? 0 : maxBytes, mimeTypes: audioTypes };
}
