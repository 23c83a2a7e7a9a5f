import type { TimedWord } from './align-words.js';
import type { PlacedChunk } from './timeline.js';

/** A subtitle: what is shown, and when. */
export interface Cue {
  startMs: number;
  endMs: number;
  speaker: string | null;
  lines: string[];
}

/** The usual conventions for subtitles: two lines of 42 characters, for seven seconds at most. */
const MAX_LINES = 2;
const MAX_LINE_CHARS = 42;
const MAX_CUE_MS = 7_000;

/** Shorter than this nobody reads it: it stays as long as the next cue leaves it. */
const MIN_CUE_MS = 1_000;

/** A silence after which something new is said. */
const PAUSE_MS = 1_000;

/** Sentences that take less than this share a cue with the next: their words were added where there was no time for them. */
const MIN_SENTENCE_MS = 300;

const SENTENCE_END = /[.!?…。！？]["'”’»)\]」』]*$/u;

/**
 * The subtitles of chunks in their order. They break at ends of sentences and paragraphs, at pauses, where another speaker
 * begins, and where they would grow too long. They never overlap, never run backwards, and lose no word.
 */
export function toCues(chunks: readonly PlacedChunk[]): Cue[] {
  const cues = chunks.flatMap(({ words, endMs }) =>
    groupWords(words).map((group) => ({ group, chunkEndMs: endMs })),
  );
  return cues.map(({ group, chunkEndMs }, index) => {
    const nextMs = cues[index + 1]?.group[0]?.startMs ?? chunkEndMs;
    return cueOf(group, Math.max(nextMs, group[0]?.startMs ?? 0));
  });
}

function groupWords(words: readonly TimedWord[]): TimedWord[][] {
  const groups: TimedWord[][] = [];
  let group: TimedWord[] = [];
  for (const word of words) {
    if (group.length > 0 && beginsCue(group, word)) {
      groups.push(group);
      group = [];
    }
    group.push(word);
  }
  return group.length === 0 ? groups : [...groups, group];
}

function beginsCue(group: readonly TimedWord[], word: TimedWord): boolean {
  const first = group[0];
  const last = group.at(-1);
  if (first === undefined || last === undefined) return false;
  if (word.speaker !== last.speaker) return true;
  const takenMs = word.startMs - first.startMs;
  // Without any time between them two cues would be shown at once.
  if (takenMs === 0) return false;
  if (word.endMs - first.startMs > MAX_CUE_MS || word.startMs - last.endMs >= PAUSE_MS) return true;
  if (takenMs >= MIN_SENTENCE_MS && (word.gap === '\n' || (word.gap === ' ' && SENTENCE_END.test(last.text))))
    return true;
  if (takenMs >= MIN_SENTENCE_MS && word.gap === '' && /[。！？]["'”’»)\]」』]*$/u.test(last.text))
    return true;
  return wrap([...group, word]).length > MAX_LINES;
}

function cueOf(group: readonly TimedWord[], nextMs: number): Cue {
  const startMs = group[0]?.startMs ?? 0;
  const saidMs = Math.max(...group.map((word) => word.endMs)) - startMs;
  const shownMs = Math.min(Math.max(saidMs, MIN_CUE_MS), MAX_CUE_MS);
  return {
    startMs,
    endMs: Math.min(startMs + shownMs, nextMs),
    speaker: group[0]?.speaker ?? null,
    lines: wrap(group),
  };
}

/** Lines of whole words; the first has the speaker's letter before it in some formats. */
function wrap(words: readonly TimedWord[]): string[] {
  const lines: string[] = [];
  let line = '';
  let room = MAX_LINE_CHARS - speakerPrefix(words[0]?.speaker ?? null).length;
  for (const { text, gap } of words) {
    const space = gap === '' || line === '' ? '' : ' ';
    if (line !== '' && line.length + space.length + text.length > room) {
      lines.push(line);
      line = text;
      room = MAX_LINE_CHARS;
    } else {
      line += space + text;
    }
  }
  return [...lines, line];
}

/** How formats without a tag for it say who speaks. */
export function speakerPrefix(speaker: string | null): string {
  return speaker === null ? '' : `${speaker}: `;
}
