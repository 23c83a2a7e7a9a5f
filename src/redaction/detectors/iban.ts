import type { Detector, Finding } from '../detector.js';
import { IBAN_LENGTHS } from './iban-lengths.js';

/** What may stand between two characters: written in fours, or as a recogniser heard it. */
const SEPARATOR = /[ \u00A0\u2009\u202F.\-\u2010\u2011]/;
const CHARACTER = /[A-Za-z0-9]/;

/** Two letters and two digits that begin a word. */
const BEGINNING = /(?<![\p{L}\p{N}])[A-Za-z][ \u00A0-]?[A-Za-z][ \u00A0-]?\d[ \u00A0-]?\d/gu;

/**
 * International bank account numbers of every country in the registry, with or without spaces, in either case: the length
 * must be the country's and the check digits must hold (ISO 7064, MOD 97-10).
 */
export const ibanDetector: Detector = {
  kind: 'iban',
  find: (text) =>
    [...text.matchAll(BEGINNING)]
      .map((match) => readIban(text, match.index))
      .filter((finding) => finding !== undefined),
};

function readIban(text: string, start: number): Finding | undefined {
  let iban = '';
  let at = start;
  let length = Number.POSITIVE_INFINITY;
  for (; at < text.length && iban.length < length; at += 1) {
    const char = text.charAt(at);
    if (CHARACTER.test(char)) iban += char.toUpperCase();
    // One separator at a time: two of them are a gap.
    else if (!SEPARATOR.test(char) || !CHARACTER.test(text.charAt(at - 1))) return undefined;
    if (iban.length === 2) length = IBAN_LENGTHS[iban] ?? 0;
  }
  const endsHere = !CHARACTER.test(text.charAt(at));
  return iban.length === length && endsHere && remainder97(iban) === 1 ? { start, end: at } : undefined;
}

/** Country and check digits go to the end, letters count from A = 10. */
function remainder97(iban: string): number {
  return Array.from(iban.slice(4) + iban.slice(0, 4)).reduce((rest, char) => {
    const value = Number.parseInt(char, 36);
    return (rest * (value > 9 ? 100 : 10) + value) % 97;
  }, 0);
}
