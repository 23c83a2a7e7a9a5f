import type { Detector } from '../detector.js';

/**
 * `@name` as social networks have it: 2 to 31 characters beginning with a letter or underscore, with the server's name behind
 * it where there is one (`@name@server.example`). Not after a letter or digit: that is an e-mail address, or "3@2".
 */
const HANDLE =
  /(?<![\p{L}\p{N}._%+@-])@[A-Za-z_](?:[A-Za-z0-9_.-]{0,29}[A-Za-z0-9_])(?:@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})?/gu;

export const handleDetector: Detector = {
  kind: 'handle',
  find: ({ text }) =>
    [...text.matchAll(HANDLE)].map((match) => ({ start: match.index, end: match.index + match[0].length })),
};
