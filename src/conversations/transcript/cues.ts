import { MAX_CUE_MS, timeCues, type UntimedCue } from './cue-times.js';
import { displayWidth } from './display-width.js';
import { endsSentence } from './sentence-end.js';
import type { PositionedChunk } from './timeline.js';
import { unbrokenWords, type UnbrokenWords } from './unbroken-words.js';

/** A subtitle: its lines, and when they are shown. */
export interface Cue {
  startMs: number;
  endMs: number;
  speaker: string | null;
  lines: string[];
}

/**
 * The usual conventions for subtitles: two lines of 42 columns; full-width characters take two
 * columns each.
 */
const MAX_LINES = 2;
const MAX_LINE_WIDTH = 42;

/** Names of speakers are letters; a longer name must leave room for words on its line. */
const MIN_FIRST_LINE_WIDTH = MAX_LINE_WIDTH / 2;

/** A silence that separates two cues. */
const PAUSE_MS = 1_000;

/** A shorter sentence shares a cue with the next: its words were added without time for them. */
const MIN_SENTENCE_MS = 300;

/**
 * Makes the subtitles of chunks in their order. They break at ends of sentences and paragraphs, at
 * pauses, where the speaker changes, and where they would become too long. They never overlap or
 * run backwards, are all shown for some time, and contain every word.
 */
export function toCues(chunks: readonly PositionedChunk[]): Cue[] {
  const recordings = chunks.map(({ words, offsetMs, endMs }) => ({
    startMs: offsetMs,
    endMs,
    cues: groupWords(unbrokenWords(words, firstLineWidth)),
  }));
  return timeCues(recordings).map(({ cue: { speaker, lines }, time }) => ({ ...time, speaker, lines }));
}

/** Words that are shown together. */
interface WordGroup extends UntimedCue {
  speaker: string | null;
  lines: string[];
  last: UnbrokenWords;
  /** Free columns of the last line. */
  room: number;
}

function groupWords(words: readonly UnbrokenWords[]): WordGroup[] {
  const groups: WordGroup[] = [];
  for (const word of words) {
    const group = groups.at(-1);
    if (group === undefined || beginsCue(group, word) || !addTo(group, word)) groups.push(groupOf(word));
  }
  return groups;
}

function beginsCue({ startMs, speaker, last }: WordGroup, word: UnbrokenWords): boolean {
  if (word.speaker !== speaker) return true;
  if (word.endMs - startMs > MAX_CUE_MS || word.startMs - last.endMs >= PAUSE_MS) return true;
  if (word.startMs - startMs < MIN_SENTENCE_MS) return false;
  if (word.gap === '\n') return true;
  return endsSentence(last.text, word.gap);
}

function groupOf(word: UnbrokenWords): WordGroup {
  const { text, width, startMs, endMs, speaker } = word;
  return {
    lines: [text],
    width,
    startMs,
    endMs,
    speaker,
    last: word,
    room: firstLineWidth(speaker) - width,
  };
}

/** @returns false when the group has no room for it */
function addTo(group: WordGroup, word: UnbrokenWords): boolean {
  const space = word.gap === '' ? '' : ' ';
  const width = space.length + word.width;
  if (width <= group.room) {
    group.lines.push(`${group.lines.pop() ?? ''}${space}${word.text}`);
    group.room -= width;
  } else if (group.lines.length < MAX_LINES) {
    group.lines.push(word.text);
    group.room = MAX_LINE_WIDTH - word.width;
  } else {
    return false;
  }
  group.width += width;
  group.endMs = Math.max(group.endMs, word.endMs);
  group.last = word;
  return true;
}

/** Some formats put the speaker before the first line of a cue. */
function firstLineWidth(speaker: string | null): number {
  return Math.max(MAX_LINE_WIDTH - displayWidth(speakerPrefix(speaker)), MIN_FIRST_LINE_WIDTH);
}

/** Names the speaker in formats without a tag for it. */
export function speakerPrefix(speaker: string | null): string {
  return speaker === null ? '' : `${speaker}: `;
}
