import type { Detector } from '../detector.js';

/**
 * Matches a local part (RFC 5321: at most 64 characters), `@`, labels, and a last label of letters,
 * all in any script. No character of a local part may precede it, so that a long run of letters is
 * read once, not once per letter. An apostrophe may be in the local part (O'Brien), but not at its
 * start, where it is a quotation mark.
 */
const EMAIL =
  /(?<![\p{L}\p{M}\p{N}._%+-]|[\p{L}\p{N}]')[\p{L}\p{M}\p{N}._%+-][\p{L}\p{M}\p{N}._%+'-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.){1,8}(?:xn--[a-z0-9-]{2,58}|[\p{L}\p{M}]{2,24})/giu;

/** Finds written e-mail addresses, including international ones. */
export const emailDetector: Detector = {
  kind: 'email',
  find: ({ text }) =>
    // The expression is slow, and few texts have an "@".
    !text.includes('@')
      ? []
      : [...text.matchAll(EMAIL)].map((match) => ({
          start: match.index,
          end: match.index + match[0].length,
        })),
};
