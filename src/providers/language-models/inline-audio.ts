/**
 * The largest request that this service makes, whatever the model takes: a recording is held three times over while it
 * is sent (bytes, base64, JSON), times CORRECTION_CONCURRENCY.
 */
const MAX_REQUEST_BYTES = 20_000_000;

/** Left for instructions, partial text (up to four bytes a character once escaped), hotwords and guidance. */
const PROMPT_RESERVE_BYTES = 2_000_000;

/** Base64 writes three bytes as four characters. */
const BYTES_PER_ENCODED_BYTE = 3 / 4;

/** Largest recording that fits this service's requests beside its prompt, in bytes before encoding: 13.5 MB. */
export const MAX_INLINE_AUDIO_BYTES = inlineAudioBytes(MAX_REQUEST_BYTES);

/** Largest recording that fits a request of so many bytes beside its prompt, in bytes before encoding. */
export function inlineAudioBytes(requestBytes: number): number {
  return (requestBytes - PROMPT_RESERVE_BYTES) * BYTES_PER_ENCODED_BYTE;
}
