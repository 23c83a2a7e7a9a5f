import { eastAsianWidth } from 'get-east-asian-width';
import { segmentsOf } from './segments.js';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Emoji fill two columns, whatever number of code points they have: skin tones, joiners, flags. */
const EMOJI = /\p{Emoji_Presentation}|\p{Regional_Indicator}|\uFE0F/u;

/** Marks on the preceding character, and characters that only control the display of others. */
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Counts the columns of a text: full-width characters have two (Unicode Standard Annex 11). */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemesOf(text.normalize('NFC'))) {
    width += EMOJI.test(grapheme) ? 2 : codePointsWidth(grapheme);
  }
  return width;
}

/** Splits a text into the characters that a reader perceives. */
export function graphemesOf(text: string): Iterable<string> {
  return segmentsOf(GRAPHEMES, text);
}

function codePointsWidth(grapheme: string): number {
  let width = 0;
  for (const character of grapheme) {
    if (!WITHOUT_WIDTH.test(character)) width += eastAsianWidth(character.codePointAt(0) ?? 0);
  }
  return width;
}
