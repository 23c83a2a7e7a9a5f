import type { Detector } from '../detector.js';

/**
 * Matches `@name` as in social networks: 2 to 31 characters that begin with a letter or underscore,
 * optionally followed by the server's name (`@name@server.example`). Not after a letter or digit,
 * as in an e-mail address or "3@2".
 */
const HANDLE =
  /(?<![\p{L}\p{N}._%+@-])@[A-Za-z_](?:[A-Za-z0-9_.-]{0,29}[A-Za-z0-9_])(?:@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})?/gu;

export const handleDetector: Detector = {
  kind: 'handle',
  find: ({ text }) =>
    [...text.matchAll(HANDLE)].map((match) => ({ start: match.index, end: match.index + match[0].length })),
};
