import { compareWords } from './compare-words.js';
import type { RecognizedWord } from './recognized-words.js';
import { shareTime } from './share-time.js';
import { isUnspaced, splitWord, splitWords, type WordPiece } from './split-words.js';

/** A word of the final text with its time. */
export interface TimedWord extends WordPiece {
  startMs: number;
  endMs: number;
  /** Confidence of the recognizer; null for words that it did not recognize itself. */
  confidence: number | null;
  speaker: string | null;
  /** Whether the recognizer timed this word; otherwise its neighbors determine its time. */
  isExact: boolean;
}

/**
 * Speed of words that were not recognized, in characters per second: the usual speed of subtitles.
 */
const CHARACTERS_PER_SECOND = 15;

/**
 * Aligns the words of a text with the recognized words, to find their times. A word in both keeps
 * its exact time, despite different case or punctuation. Words that the correction put in place of
 * others share their time. Added words follow the word before them. Times never run backwards.
 * Redaction markers are treated as words.
 *
 * @param recognized in order; when empty, the words share the whole recording by their length
 * @param durationMs length of the recording, if known
 */
export function alignWords(
  text: string,
  recognized: readonly RecognizedWord[],
  durationMs: number | null,
): TimedWord[] {
  const pieces = splitWords(text);
  if (pieces.length === 0) return [];
  if (recognized.length === 0) {
    return spread(pieces, { startMs: 0, endMs: durationMs ?? speechMs(pieces), speaker: null });
  }
  const words = inOrder(recognized.flatMap(splitRecognized));
  return hunksOf(pieces, words).flatMap((hunk) => timesOf(hunk, words, durationMs));
}

/** Returns recognized words as the words of a text, in pieces that have times of their own. */
export function recognizedText(recognized: readonly RecognizedWord[]): TimedWord[] {
  const words = inOrder(recognized.flatMap(splitRecognized));
  return words.map((word, index) => {
    const before = words[index - 1]?.text ?? '';
    const gap = index === 0 || (isUnspaced(before) && isUnspaced(word.text)) ? '' : ' ';
    return { ...word, gap, isExact: true };
  });
}

/** A section of the text and the recognized words behind it; at most one of the two is empty. */
interface Hunk {
  isSame: boolean;
  pieces: WordPiece[];
  /** Indexes in the recognized words: from `first` up to, but not including, `end`. */
  first: number;
  end: number;
}

function hunksOf(pieces: readonly WordPiece[], recognized: readonly RecognizedWord[]): Hunk[] {
  const stretches = compareWords(
    recognized.map((word) => keyOf(word.text)),
    pieces.map((piece) => keyOf(piece.text)),
  );
  return stretches.map(({ isSame, older, newer }) => ({
    isSame,
    pieces: pieces.slice(newer.first, newer.end),
    ...older,
  }));
}

/** Normalizes the spelling of a word: ignores case, punctuation and the form of accents. */
export function keyOf(text: string): string {
  const plain = text.normalize('NFKC').toLowerCase();
  const letters = plain.replace(/[^\p{L}\p{N}\p{M}]+/gu, '');
  return letters === '' ? plain : letters;
}

function timesOf(hunk: Hunk, recognized: readonly RecognizedWord[], durationMs: number | null): TimedWord[] {
  const { pieces, first, end } = hunk;
  const replaced = recognized.slice(first, end);
  if (hunk.isSame || replaced.length === pieces.length) {
    return pieces.flatMap((piece, index) => {
      const word = replaced[index];
      return word === undefined ? [] : [timed(piece, word, hunk.isSame)];
    });
  }
  return spread(pieces, spanOf(hunk, recognized, durationMs));
}

function timed(piece: WordPiece, word: RecognizedWord, isExact: boolean): TimedWord {
  const { startMs, endMs, confidence, speaker } = word;
  return { ...piece, startMs, endMs, confidence: isExact ? confidence : null, speaker, isExact };
}

interface Span {
  startMs: number;
  endMs: number;
  speaker: string | null;
}

/**
 * Returns the time of the replaced words; for added words, the part of the pause that they need.
 */
function spanOf(
  { pieces, first, end }: Hunk,
  recognized: readonly RecognizedWord[],
  durationMs: number | null,
): Span {
  const head = recognized[first];
  const tail = recognized[end - 1];
  if (end > first && head !== undefined && tail !== undefined) {
    const endMs = Math.min(tail.endMs, recognized[end]?.startMs ?? tail.endMs);
    return { startMs: head.startMs, endMs: Math.max(head.startMs, endMs), speaker: head.speaker };
  }
  const before = recognized[first - 1];
  const after = recognized[first];
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

function splitRecognized(word: RecognizedWord): RecognizedWord[] {
  const texts = splitWord(word.text);
  return texts.length === 1 ? [word] : shareTime(texts, word).map((piece) => ({ ...word, ...piece }));
}

/**
 * Makes start times ascend: the second half of a split word may begin after a simultaneous word.
 */
function inOrder(words: RecognizedWord[]): RecognizedWord[] {
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
