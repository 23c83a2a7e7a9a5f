/**
 * The largest request of this service, whatever the model accepts: a recording is held three times
 * in memory while it is sent (bytes, base64, JSON), times CORRECTION_CONCURRENCY.
 */
const MAX_REQUEST_BYTES = 20_000_000;

/** Reserved for instructions, text (up to four bytes per character), hotwords and guidance. */
const PROMPT_RESERVE_BYTES = 2_000_000;

/** Base64 encodes three bytes as four characters. */
const BYTES_PER_ENCODED_BYTE = 3 / 4;

/** Largest recording that fits into our requests, in bytes before encoding: 13.5 MB. */
export const MAX_INLINE_AUDIO_BYTES = inlineAudioBytes(MAX_REQUEST_BYTES);

/**
 * Computes the largest recording that fits into a request of the given size together with the
 * prompt, in bytes before encoding.
 */
export function inlineAudioBytes(requestBytes: number): number {
  return (requestBytes - PROMPT_RESERVE_BYTES) * BYTES_PER_ENCODED_BYTE;
}
