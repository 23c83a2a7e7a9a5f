import { NOTHING_TO_TRANSCRIBE } from './chunk-transitions.js';

export const TRANSCRIPT_FORMATS = ['text', 'json', 'srt', 'vtt'] as const;
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number];

export interface TranscriptChunk {
  id: string;
  position: number;
  transcript: string | null;
  /** Length of the recording as the provider measured it, in seconds; null when it did not say. */
  durationSeconds: number | null;
}

export interface Cue {
  startMs: number;
  endMs: number;
  text: string;
}

/** Reading speed that subtitles are commonly made for, in characters a second; times a text of unknown length. */
const CHARACTERS_PER_SECOND = 15;
/** Two lines of a subtitle, by the usual convention of 42 characters each. */
const MAX_CUE_LENGTH = 84;

/**
 * Subtitle cues of all chunks in their order. A chunk's time starts where the one before it ended; within it, time is
 * shared out by the length of the text.
 */
export function toCues(chunks: readonly TranscriptChunk[]): Cue[] {
  let offsetMs = 0;
  return chunks.flatMap((chunk) => {
    const text = spokenText(chunk);
    const durationMs = Math.round((chunk.durationSeconds ?? text.length / CHARACTERS_PER_SECOND) * 1_000);
    const cues = spread(splitIntoCueTexts(text), offsetMs, durationMs);
    offsetMs += durationMs;
    return cues;
  });
}

export function toSrt(cues: readonly Cue[]): string {
  return cues
    .map(
      (cue, index) =>
        `${index + 1}\n${timestamp(cue.startMs, ',')} --> ${timestamp(cue.endMs, ',')}\n${cue.text}\n`,
    )
    .join('\n');
}

export function toVtt(cues: readonly Cue[]): string {
  const blocks = cues.map(
    (cue) => `${timestamp(cue.startMs, '.')} --> ${timestamp(cue.endMs, '.')}\n${escapeVtt(cue.text)}\n`,
  );
  return ['WEBVTT\n', ...blocks].join('\n');
}

export function spokenText(chunk: Pick<TranscriptChunk, 'transcript'>): string {
  const text = chunk.transcript?.trim() ?? '';
  return text === NOTHING_TO_TRANSCRIBE ? '' : text;
}

function spread(texts: readonly string[], offsetMs: number, durationMs: number): Cue[] {
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  let passed = 0;
  return texts.map((text) => {
    const startMs = offsetMs + Math.round((durationMs * passed) / total);
    passed += text.length;
    return { startMs, endMs: offsetMs + Math.round((durationMs * passed) / total), text };
  });
}

/** Sentences, and long ones at spaces: a cue is read at a glance. */
function splitIntoCueTexts(text: string): string[] {
  const sentences = text.split(/(?<=[.!?…])\s+|\n+/u).filter((sentence) => sentence !== '');
  return sentences.flatMap((sentence) => {
    const lines: string[] = [];
    let line = '';
    for (const word of sentence.split(/\s+/u)) {
      if (line !== '' && line.length + word.length + 1 > MAX_CUE_LENGTH) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    return [...lines, line];
  });
}

function timestamp(ms: number, decimalMark: ',' | '.'): string {
  const pad = (value: number, length = 2) => String(value).padStart(length, '0');
  const seconds = Math.floor(ms / 1_000);
  const clock = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) =>
    pad(part),
  );
  return `${clock.join(':')}${decimalMark}${pad(ms % 1_000, 3)}`;
}

/** WebVTT cue text: `&` and `<` begin escapes and tags (W3C WebVTT, section 4.2.2). */
function escapeVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
