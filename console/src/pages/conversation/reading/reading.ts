import type { TranscriptChunk, TranscriptWord } from '../../../api/types';

/** Passage of a text that is read in one go. Its text is one node of the page. */
export interface Paragraph {
  text: string;
  startMs: number;
  speaker: string | null;
  /** Index of its first word among the words of the chunk. */
  firstWord: number;
  /** Offsets in `text` at which its words begin and end; ascending. */
  starts: readonly number[];
  ends: readonly number[];
}

/** Text of a chunk, laid out for reading. */
export interface Reading {
  chunk: TranscriptChunk;
  paragraphs: readonly Paragraph[];
}

/** A pause after which a speaker begins something new, in milliseconds. */
const LONG_PAUSE_MS = 2_000;
/** Words after which a paragraph ends with its sentence: about ten lines. */
const FULL_PARAGRAPH_WORDS = 90;
/** Words after which a paragraph ends anyway, as texts without punctuation would never end. */
const MAX_PARAGRAPH_WORDS = 220;

const SENTENCE_END = /[.!?…。！？]["'”’»)\]」』]*$/u;

/**
 * Splits a chunk into paragraphs: at line breaks, where the speaker changes, after long pauses, and
 * at the end of a sentence when the paragraph is long.
 */
export function readChunk(chunk: TranscriptChunk): Reading {
  const { text, offsets } = locateWords(chunk.transcript, chunk.words);
  const paragraphs: Paragraph[] = [];
  let first = 0;
  for (let index = 1; index <= chunk.words.length; index += 1) {
    if (index < chunk.words.length && !beginsParagraph(chunk.words, first, index, text, offsets)) continue;
    paragraphs.push(paragraphOf(chunk.words, first, index, text, offsets));
    first = index;
  }
  return { chunk, paragraphs };
}

function beginsParagraph(
  words: readonly TranscriptWord[],
  first: number,
  index: number,
  text: string,
  offsets: readonly number[],
): boolean {
  const [before, word] = [words[index - 1], words[index]];
  if (before === undefined || word === undefined) return false;
  if (before.speaker !== word.speaker) return true;
  if (word.start - before.end >= LONG_PAUSE_MS) return true;
  const from = (offsets[index - 1] ?? 0) + before.text.length;
  if (text.slice(from, offsets[index]).includes('\n')) return true;
  const length = index - first;
  return length >= MAX_PARAGRAPH_WORDS || (length >= FULL_PARAGRAPH_WORDS && SENTENCE_END.test(before.text));
}

function paragraphOf(
  words: readonly TranscriptWord[],
  first: number,
  end: number,
  text: string,
  offsets: readonly number[],
): Paragraph {
  const from = offsets[first] ?? 0;
  const starts: number[] = [];
  const ends: number[] = [];
  for (let index = first; index < end; index += 1) {
    const start = (offsets[index] ?? 0) - from;
    starts.push(start);
    ends.push(start + (words[index]?.text.length ?? 0));
  }
  return {
    text: text.slice(from, from + (ends.at(-1) ?? 0)),
    startMs: words[first]?.start ?? 0,
    speaker: words[first]?.speaker ?? null,
    firstWord: first,
    starts,
    ends,
  };
}

/**
 * Finds the words of a text in it. When they are not its words, one after the other, the words
 * themselves are the text, so that what is shown can always be played.
 */
function locateWords(text: string, words: readonly TranscriptWord[]): { text: string; offsets: number[] } {
  const offsets: number[] = [];
  let end = 0;
  for (const word of words) {
    const start = text.indexOf(word.text, end);
    if (start < 0 || text.slice(end, start).trim() !== '') return joinWords(words);
    offsets.push(start);
    end = start + word.text.length;
  }
  return { text, offsets };
}

function joinWords(words: readonly TranscriptWord[]): { text: string; offsets: number[] } {
  let length = 0;
  const offsets = words.map((word) => {
    const start = length;
    length += word.text.length + 1;
    return start;
  });
  return { text: words.map((word) => word.text).join(' '), offsets };
}
