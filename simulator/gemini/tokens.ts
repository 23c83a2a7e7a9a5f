import type { ModelRequest } from './model-request.js';

/** Rules of thumb of Google's documentation; audio (16 kHz, 16-bit) has 32 tokens a second. */
export const CHARACTERS_PER_TOKEN = 4;
const AUDIO_BYTES_PER_TOKEN = 1000;

export const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

/** Counts the tokens of a request. */
export function inputTokens({ prompt, audioBytes }: Pick<ModelRequest, 'prompt' | 'audioBytes'>): {
  textTokens: number;
  audioTokens: number;
} {
  return { textTokens: tokensOf(prompt), audioTokens: Math.ceil(audioBytes / AUDIO_BYTES_PER_TOKEN) };
}
