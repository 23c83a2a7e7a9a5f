/** A word of a text, with its place. */
interface Token {
  /** In lower case, without punctuation. */
  key: string;
  start: number;
  end: number;
}

/** Fewer equal words around a seam may be chance: "and then | and then". */
const MIN_REPEATED_WORDS = 3;
/** More words than two seconds of speech, which is what slices of sound share at most, have. */
const MAX_REPEATED_WORDS = 20;
/** Texts are compared around the seam only. */
const SEAM_CHARS = 2_000;

const PUNCTUATION = /[^\p{L}\p{N}]/gu;
const SENTENCE_END = /[.!?…。！？]["'”’»)\]]*$/u;

/** A window's text, and the first-stage text that it was made from; null when it is not known. */
export interface SeamText {
  text: string;
  draft: string | null;
}

/** Words of the neighboring windows that the slice of sound may contain. */
export interface Neighbors {
  /** The last words before the window; empty for the first one. */
  before: string;
  /** The first words after it; empty for the last one. */
  after: string;
}

/**
 * Removes the words of the neighbors from the beginning and the end of an answer: the model hears
 * them in the overlap of the slices, and the neighbors have them. Words that the first stage heard
 * in the window itself stay.
 */
export function withoutNeighbors(answer: string, draft: string, { before, after }: Neighbors): string {
  const lead = repeatedWords(before, answer);
  const isOwnLead = lead > 0 && repeatedWords(before, draft) >= lead;
  const kept = lead > 0 && !isOwnLead ? dropFirst(answer, lead) : answer;
  const trail = repeatedWords(kept, after);
  const isOwnTrail = trail > 0 && repeatedWords(draft, after) >= trail;
  return trail > 0 && !isOwnTrail ? dropLast(kept, trail) : kept;
}

/**
 * Joins the texts of windows in their order. Words that both sides of a seam have, and that the
 * first stage did not hear twice, are kept once. A new paragraph begins only where the texts have
 * paragraphs and a sentence has ended, as a pause may be in the middle of one.
 */
export function joinWindows(windows: readonly SeamText[]): string {
  const spoken = windows.filter(({ text }) => text.trim() !== '');
  const hasParagraphs = spoken.some(({ text }) => text.trim().includes('\n'));
  let joined = '';
  let previous: SeamText | undefined;
  for (const window of spoken) {
    const text = previous === undefined ? window.text.trim() : withoutRepetition(previous, window);
    previous = window;
    if (text === '') continue;
    const isParagraph = hasParagraphs && SENTENCE_END.test(joined);
    joined = joined === '' ? text : `${joined}${isParagraph ? '\n\n' : ' '}${text}`;
  }
  return joined;
}

/** Returns the second text without the words that the first one ends with. */
function withoutRepetition(first: SeamText, second: SeamText): string {
  const text = second.text.trim();
  const repeated = repeatedWords(first.text, text);
  if (repeated === 0) return text;
  const isHeardTwice =
    first.draft !== null && second.draft !== null && repeatedWords(first.draft, second.draft) >= repeated;
  return isHeardTwice ? text : dropFirst(text, repeated);
}

/** Counts the words at the end of one text that are also at the beginning of the other. */
function repeatedWords(first: string, second: string): number {
  const end = tokensOf(first.slice(-SEAM_CHARS)).slice(-MAX_REPEATED_WORDS);
  const beginning = tokensOf(second.slice(0, SEAM_CHARS)).slice(0, MAX_REPEATED_WORDS);
  for (let count = Math.min(end.length, beginning.length); count >= MIN_REPEATED_WORDS; count -= 1) {
    const last = end.slice(-count);
    if (last.every(({ key }, index) => key === beginning[index]?.key)) return count;
  }
  return 0;
}

function dropFirst(text: string, count: number): string {
  const next = tokensOf(text)[count];
  return next === undefined ? '' : text.slice(next.start);
}

function dropLast(text: string, count: number): string {
  const last = tokensOf(text).at(-count - 1);
  return last === undefined ? '' : text.slice(0, last.end);
}

/** Returns the words of a text; signs that stand alone are none. */
function tokensOf(text: string): Token[] {
  return [...text.matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
    const key = word.toLowerCase().replace(PUNCTUATION, '');
    return key === '' ? [] : [{ key, start: index, end: index + word.length }];
  });
}
