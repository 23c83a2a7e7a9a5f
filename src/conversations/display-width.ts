import { eastAsianWidth } from 'get-east-asian-width';
import { segmentsOf } from './segments.js';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Emoji fill two columns however many code points they are made of: skin tones, joiners, flags. */
const EMOJI = /\p{Emoji_Presentation}|\p{Regional_Indicator}|\uFE0F/u;

/** Marks that sit on the character before them, and characters that only direct how others are shown. */
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns that a text fills on a screen: full-width characters take two (Unicode Standard Annex 11). */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemesOf(text.normalize('NFC'))) {
    width += EMOJI.test(grapheme) ? 2 : codePointsWidth(grapheme);
  }
  return width;
}

/** Splits a text into what a reader takes for one character each. */
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
