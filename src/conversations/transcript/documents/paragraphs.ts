import type { TimedWord } from '../align-words.js';
import { endsSentence } from '../sentence-end.js';

/** A paragraph of a document: what one speaker said without a long pause. */
export interface Paragraph {
  speaker: string | null;
  /** Start of its first word. */
  startMs: number;
  text: string;
}

/**
 * A silence that begins a paragraph: twice the silence between two subtitles. Speakers pause for a
 * second within a sentence; after two, another thought usually follows.
 */
const LONG_PAUSE_MS = 2_000;

/**
 * Number of words after which a paragraph ends with its sentence: half a minute of speech, and some
 * seven lines on paper. Longer paragraphs are hard to read, and their times too far apart.
 */
const LONG_PARAGRAPH_WORDS = 90;

interface OpenParagraph extends Paragraph {
  words: number;
  /** Latest end of its words: when two people talk at once, the last word need not end last. */
  endMs: number;
  lastWord: string;
}

/**
 * Splits the words of a chunk into paragraphs: where the speaker changes, where the text has a line
 * break, after a long pause, and at the end of a sentence once a paragraph is long.
 */
export function toParagraphs(words: readonly TimedWord[]): Paragraph[] {
  const paragraphs: OpenParagraph[] = [];
  for (const word of words) {
    const last = paragraphs.at(-1);
    if (last === undefined || beginsParagraph(last, word)) {
      const { speaker, startMs, endMs, text } = word;
      paragraphs.push({ speaker, startMs, endMs, text, words: 1, lastWord: text });
    } else {
      last.text += word.gap + word.text;
      last.words += 1;
      last.endMs = Math.max(last.endMs, word.endMs);
      last.lastWord = word.text;
    }
  }
  return paragraphs.map(({ speaker, startMs, text }) => ({ speaker, startMs, text }));
}

function beginsParagraph({ speaker, endMs, words, lastWord }: OpenParagraph, word: TimedWord): boolean {
  if (word.gap === '\n' || word.speaker !== speaker) return true;
  if (word.startMs - endMs >= LONG_PAUSE_MS) return true;
  return words >= LONG_PARAGRAPH_WORDS && endsSentence(lastWord, word.gap);
}
