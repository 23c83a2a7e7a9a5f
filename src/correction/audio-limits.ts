import { MAX_INLINE_AUDIO_BYTES } from './inline-audio.js';

/** What a model hears. */
export interface AudioLimits {
  /** 0: it reads text only. Bytes before encoding. */
  maxBytes: number;
  /** Media types, under the names that `modelMimeType` gives. */
  mimeTypes: ReadonlySet<string>;
}

/**
 * What Gemini documents, for its API with a key (https://ai.google.dev/gemini-api/docs/audio) and on Vertex AI
 * (https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/audio-understanding); either takes what only the other
 * one lists. A recording in another format makes them refuse the whole request, so it is done without.
 */
const GEMINI_AUDIO: ReadonlySet<string> = new Set([
  'audio/wav',
  'audio/mp3',
  'audio/aiff',
  'audio/aac',
  'audio/ogg',
  'audio/flac',
  'audio/mp4',
  'audio/pcm',
  'audio/webm',
]);

const DEAF: AudioLimits = { maxBytes: 0, mimeTypes: new Set() };
const GEMINI: AudioLimits = { maxBytes: MAX_INLINE_AUDIO_BYTES, mimeTypes: GEMINI_AUDIO };

/** The first that fits counts. A name that none knows, of a gateway for example, is taken for a Gemini model. */
const MODELS: readonly [name: RegExp, limits: AudioLimits][] = [
  // Open models that are served beside Gemini: only the "n" ones hear.
  [/^gemma-(?!3n)/, DEAF],
  // Of the Gemini family, but for one thing only.
  [/^gemini-.*(?:-tts|-image|embedding)/, DEAF],
  [/^/, GEMINI],
];

/** @param model as CORRECTION_MODEL names it, also with a path such as `models/` before it */
export function audioLimitsOf(model: string): AudioLimits {
  const name = model.split('/').at(-1) ?? model;
  return MODELS.find(([pattern]) => pattern.test(name))?.[1] ?? GEMINI;
}
