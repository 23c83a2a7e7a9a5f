import type { Detector } from '../detector.js';

/**
 * Local part (RFC 5321: at most 64 characters), `@`, labels, and a last label of letters, all in any script. The local part
 * starts where no character of one precedes, so that a long run of letters is read once, not once per letter. An apostrophe
 * is part of it (O'Brien), but does not begin it: that is a quotation mark.
 */
const EMAIL =
  /(?<![\p{L}\p{M}\p{N}._%+-]|[\p{L}\p{N}]')[\p{L}\p{M}\p{N}._%+-][\p{L}\p{M}\p{N}._%+'-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.){1,8}(?:xn--[a-z0-9-]{2,58}|[\p{L}\p{M}]{2,24})/giu;

/** E-mail addresses as written, international ones included. */
export const emailDetector: Detector = {
  kind: 'email',
  find: ({ text }) =>
    // Few texts have one, and it is what takes the time.
    !text.includes('@')
      ? []
      : [...text.matchAll(EMAIL)].map((match) => ({
          start: match.index,
          end: match.index + match[0].length,
        })),
};
