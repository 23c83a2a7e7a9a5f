import type { TimedWord } from './align-words.js';
import { type Cue, speakerPrefix } from './cues.js';
import type { TracedChange, TracedWords } from './origins/trace-origins.js';
import { type PositionedChunk, spokenText } from './timeline.js';

export const TRANSCRIPT_FORMATS = ['text', 'md', 'json', 'srt', 'vtt', 'docx'] as const;
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number];

/** Formats cues as SubRip, with the speaker before the text. */
export function toSrt(cues: readonly Cue[]): string {
  return cues
    .map((cue, index) => {
      const text = asSrtText(speakerPrefix(cue.speaker) + cue.lines.join('\n'));
      return `${index + 1}\n${timestamp(cue.startMs, ',')} --> ${timestamp(cue.endMs, ',')}\n${text}\n`;
    })
    .join('\n');
}

/** Formats cues as WebVTT, with the speaker in a voice tag. */
export function toVtt(cues: readonly Cue[]): string {
  const blocks = cues.map((cue) => {
    const voice = cue.speaker === null ? '' : `<v Speaker ${escapeVtt(cue.speaker)}>`;
    const text = voice + escapeVtt(cue.lines.join('\n'));
    return `${timestamp(cue.startMs, '.')} --> ${timestamp(cue.endMs, '.')}\n${text}\n`;
  });
  return ['WEBVTT\n', ...blocks].join('\n');
}

/**
 * Returns chunks with their words, for JSON.
 *
 * @param traced origins of the words of each chunk, where they are asked for
 */
export function toJsonChunks(
  chunks: readonly PositionedChunk[],
  traced: readonly TracedWords[] = [],
): object[] {
  return chunks.map(({ chunk, offsetMs, words }, index) => {
    const { origins, changes } = traced[index] ?? {};
    return {
      id: chunk.id,
      position: chunk.position,
      durationSeconds: chunk.durationSeconds,
      offsetMs,
      transcript: spokenText(chunk),
      words: words.map((word, at) => ({ ...toJsonWord(word), ...origins?.[at] })),
      ...(changes !== undefined && { changes: changes.map(toJsonChange) }),
    };
  });
}

/** Uses milliseconds from the beginning of the conversation and the provider's field names. */
function toJsonWord({ text, startMs, endMs, confidence, speaker, isExact }: TimedWord): object {
  return {
    text,
    start: startMs,
    end: endMs,
    ...(confidence === null ? {} : { confidence }),
    ...(speaker === null ? {} : { speaker }),
    ...(isExact ? {} : { interpolated: true }),
  };
}

function toJsonChange(change: TracedChange): object {
  const { origin, heard, text, startMs, endMs, firstWord, words, isMinor } = change;
  return { origin, heard, text, start: startMs, end: endMs, firstWord, words, minor: isMinor };
}

function timestamp(ms: number, decimalMark: ',' | '.'): string {
  const pad = (value: number, length = 2) => String(value).padStart(length, '0');
  const seconds = Math.floor(ms / 1_000);
  const clock = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) =>
    pad(part),
  );
  return `${clock.join(':')}${decimalMark}${pad(ms % 1_000, 3)}`;
}

/** Escapes WebVTT cue text: `&` and `<` begin escapes and tags (W3C WebVTT, section 4.2.2). */
function escapeVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Marker of redacted text, such as `<redacted_phone>`. */
const MARKER = /<(redacted_[^<>\s]{1,40})>/g;

/**
 * Replacements in SubRip, which has no escapes. Players and converters drop `<...>` as a tag, and
 * read styles in braces and backslashes (`ff_htmlmarkup_to_ass` in FFmpeg's
 * libavcodec/htmlsubtitles.c). So these characters are replaced by similar ones.
 */
const SRT_LOOK_ALIKES: Readonly<Record<string, string>> = {
  '<': '‹',
  '>': '›',
  '{': '｛',
  '}': '｝',
  '\\': '＼',
};

function asSrtText(text: string): string {
  return text.replace(MARKER, '[$1]').replace(/[<>{}\\]/g, (sign) => SRT_LOOK_ALIKES[sign] ?? sign);
}
