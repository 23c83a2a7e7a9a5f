/**
 * Ten hours, the longest recording accepted, at 30 characters per second: the fastest speakers
 * reach 25, in bursts. A longer text cannot be speech, and would take minutes to redact and to
 * compare.
 */
export const MAX_TEXT_CHARS = 1_080_000;
