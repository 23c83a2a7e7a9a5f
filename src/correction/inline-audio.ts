/**
 * A generateContent request may be 20 MB in all (https://ai.google.dev/gemini-api/docs/audio). Vertex AI takes more by now,
 * but a recording is held three times over while it is sent (bytes, base64, JSON), times CORRECTION_CONCURRENCY: the
 * smaller limit is right for both.
 */
const MAX_REQUEST_BYTES = 20_000_000;

/** Left for instructions, partial text (up to four bytes a character once escaped), hotwords and guidance. */
const PROMPT_RESERVE_BYTES = 2_000_000;

/** Base64 writes three bytes as four characters. */
const BYTES_PER_ENCODED_BYTE = 3 / 4;

/** Largest recording that fits a request beside its prompt, in bytes before encoding: 13.5 MB. */
export const MAX_INLINE_AUDIO_BYTES = (MAX_REQUEST_BYTES - PROMPT_RESERVE_BYTES) * BYTES_PER_ENCODED_BYTE;
