/** Kinds of words that are marked in the text, by the names that the style sheet uses. */
export type Mark = 'lit' | 'cursor' | 'corrected' | 'edited';

/** Drawing order of marks that overlap. */
const PRIORITIES: Readonly<Record<Mark, number>> = { corrected: 0, edited: 1, cursor: 2, lit: 3 };

/**
 * Returns the marked ranges of a kind. They are drawn by the CSS Custom Highlight API, so that the
 * page has no element for a word. A browser without it shows the text without marks.
 */
export function markOf(mark: Mark): Highlight | undefined {
  if (!('highlights' in CSS)) return undefined;
  const known = CSS.highlights.get(mark);
  if (known !== undefined) return known;
  const highlight = new Highlight();
  highlight.priority = PRIORITIES[mark];
  CSS.highlights.set(mark, highlight);
  return highlight;
}
