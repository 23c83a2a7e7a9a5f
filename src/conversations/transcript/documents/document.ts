import type { PositionedChunk } from '../timeline.js';
import { toParagraphs, type Paragraph } from './paragraphs.js';

/** A conversation as its documents show it, Markdown and Word. */
export interface TranscriptDocument {
  heading: string;
  date: string;
  paragraphs: Paragraph[];
  /** Shown when there are no paragraphs. */
  whenEmpty: string;
  /** In paragraphs; empty when there is no summary. */
  summary: string[];
}

/** Title of the section with the summary. */
export const SUMMARY_HEADING = 'Summary';

/** Collects the contents of a document; each chunk begins a new paragraph. */
export function toDocument(
  conversation: {
    title: string | null;
    createdAt: string;
    summary: string | null;
    summaryLeftOut: string | null;
    whenEmpty: string;
  },
  chunks: readonly PositionedChunk[],
): TranscriptDocument {
  const date = `${conversation.createdAt.slice(0, 16).replace('T', ' ')} UTC`;
  return {
    heading: conversation.title ?? `Conversation of ${date}`,
    date,
    paragraphs: chunks.flatMap(({ words }) => toParagraphs(words)),
    whenEmpty: conversation.whenEmpty,
    summary: [conversation.summaryLeftOut, conversation.summary]
      .flatMap((text) => (text ?? '').split(/[\r\n]+/))
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  };
}

/** Names a speaker, whose label is a letter. */
export function speakerName(speaker: string): string {
  return `Speaker ${speaker}`;
}

/** Formats a time as hours, minutes and seconds: `01:02:03`. */
export function clockTime(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
