/**
 * Ten hours, the longest recording that is taken, of 30 characters a second: the fastest speakers reach 25, in bursts. A longer
 * text was not spoken, and would take minutes to redact and to compare.
 */
export const MAX_TEXT_CHARS = 1_080_000;
