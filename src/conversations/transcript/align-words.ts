import { compareWords } from './compare-words.js';
import type { RecognisedWord } from './recognized-words.js';
import { shareTime } from './share-time.js';
import { splitWord, splitWords, type WordPiece } from './split-words.js';

/** A word of the final text with its time. */
export interface TimedWord extends WordPiece {
  startMs: number;
  endMs: number;
  /** The recognizer's, for the words that it heard itself. */
  confidence: number | null;
  speaker: string | null;
  /** Whether the time is the recognizer's own for this word, or was worked out from its neighbours. */
  isExact: boolean;
}

/** The time of words that were heard nowhere, in characters a second: the speed that subtitles are commonly made for. */
const CHARACTERS_PER_SECOND = 15;

/**
 * Gives the words of a text the times that a recognizer heard them at. A word that both have keeps its exact time, whatever its
 * case and its punctuation; words that the correction put in the place of others share the time of those; words that it added
 * follow the word before them. Times never run backwards. Redaction markers are words like others.
 *
 * @param recognized in their order; none: the words share the whole recording by their length
 * @param durationMs of the recording, where it is known
 */
export function alignWords(
  text: string,
  recognized: readonly RecognisedWord[],
  durationMs: number | null,
): TimedWord[] {
  const pieces = splitWords(text);
  if (pieces.length === 0) return [];
  if (recognized.length === 0) {
    return spread(pieces, { startMs: 0, endMs: durationMs ?? speechMs(pieces), speaker: null });
  }
  const heard = inOrder(recognized.flatMap(splitRecognized));
  return hunksOf(pieces, heard).flatMap((hunk) => timesOf(hunk, heard, durationMs));
}

/** A stretch of the text beside the stretch of recognized words that it came from; either may be empty, not both. */
interface Hunk {
  isSame: boolean;
  pieces: WordPiece[];
  /** Places in the recognized words: from `first` up to, not including, `end`. */
  first: number;
  end: number;
}

function hunksOf(pieces: readonly WordPiece[], heard: readonly RecognisedWord[]): Hunk[] {
  const stretches = compareWords(
    heard.map((word) => keyOf(word.text)),
    pieces.map((piece) => keyOf(piece.text)),
  );
  return stretches.map(({ isSame, older, newer }) => ({
    isSame,
    pieces: pieces.slice(newer.first, newer.end),
    ...older,
  }));
}

/** What two spellings of one word have in common: neither case nor punctuation nor the form of accents. */
function keyOf(text: string): string {
  const plain = text.normalize('NFKC').toLowerCase();
  const letters = plain.replace(/[^\p{L}\p{N}\p{M}]+/gu, '');
  return letters === '' ? plain : letters;
}

function timesOf(hunk: Hunk, heard: readonly RecognisedWord[], durationMs: number | null): TimedWord[] {
  const { pieces, first, end } = hunk;
  const replaced = heard.slice(first, end);
  if (hunk.isSame || replaced.length === pieces.length) {
    return pieces.flatMap((piece, index) => {
      const word = replaced[index];
      return word === undefined ? [] : [timed(piece, word, hunk.isSame)];
    });
  }
  return spread(pieces, spanOf(hunk, heard, durationMs));
}

function timed(piece: WordPiece, word: RecognisedWord, isExact: boolean): TimedWord {
  const { startMs, endMs, confidence, speaker } = word;
  return { ...piece, startMs, endMs, confidence: isExact ? confidence : null, speaker, isExact };
}

interface Span {
  startMs: number;
  endMs: number;
  speaker: string | null;
}

/** The time of the words that were replaced; of added words, the pause that they fall in, or as much of it as they need. */
function spanOf(
  { pieces, first, end }: Hunk,
  heard: readonly RecognisedWord[],
  durationMs: number | null,
): Span {
  const head = heard[first];
  const tail = heard[end - 1];
  if (end > first && head !== undefined && tail !== undefined) {
    const endMs = Math.min(tail.endMs, heard[end]?.startMs ?? tail.endMs);
    return { startMs: head.startMs, endMs: Math.max(head.startMs, endMs), speaker: head.speaker };
  }
  const before = heard[first - 1];
  const after = heard[first];
  const neededMs = speechMs(pieces);
  if (before === undefined) {
    const endMs = after?.startMs ?? durationMs ?? neededMs;
    return { startMs: Math.max(0, endMs - neededMs), endMs, speaker: after?.speaker ?? null };
  }
  const latestMs = after?.startMs ?? Math.max(before.endMs, durationMs ?? before.endMs + neededMs);
  const startMs = Math.min(before.endMs, latestMs);
  return { startMs, endMs: Math.min(startMs + neededMs, latestMs), speaker: before.speaker };
}

function spread(pieces: readonly WordPiece[], span: Span): TimedWord[] {
  const times = shareTime(
    pieces.map(({ text }) => text),
    span,
  );
  return times.map(({ text, startMs, endMs }, index) => ({
    text,
    gap: pieces[index]?.gap ?? '',
    startMs,
    endMs,
    confidence: null,
    speaker: span.speaker,
    isExact: false,
  }));
}

function splitRecognized(word: RecognisedWord): RecognisedWord[] {
  const texts = splitWord(word.text);
  return texts.length === 1 ? [word] : shareTime(texts, word).map((piece) => ({ ...word, ...piece }));
}

/** The second half of a word that was split may begin behind a word that was said at the same time. */
function inOrder(words: RecognisedWord[]): RecognisedWord[] {
  let earliestMs = 0;
  return words.map((word) => {
    earliestMs = Math.max(earliestMs, word.startMs);
    return word.startMs === earliestMs
      ? word
      : { ...word, startMs: earliestMs, endMs: Math.max(earliestMs, word.endMs) };
  });
}

function speechMs(pieces: readonly WordPiece[]): number {
  const characters = pieces.reduce((sum, piece) => sum + piece.text.length + piece.gap.length, 0);
  return Math.round((characters / CHARACTERS_PER_SECOND) * 1_000);
}
