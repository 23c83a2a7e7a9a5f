import type { Paragraph } from './paragraphs.js';
import { clockTime, speakerName, SUMMARY_HEADING, type TranscriptDocument } from './document.js';

/** Formats a document as Markdown, in which no text can be read as markup. */
export function toMarkdown({ heading, date, paragraphs, whenEmpty, summary }: TranscriptDocument): string {
  const body = paragraphs.length > 0 ? paragraphs.map(paragraph) : [escapeMarkdown(whenEmpty)];
  const blocks = [
    `# ${escapeMarkdown(heading)}`,
    date,
    ...body,
    ...(summary.length > 0 ? [`## ${SUMMARY_HEADING}`, ...summary.map(escapeMarkdown)] : []),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function paragraph({ speaker, startMs, text }: Paragraph): string {
  const name = speaker === null ? '' : `**${escapeMarkdown(speakerName(speaker))}** `;
  return `${name}[${clockTime(startMs)}] ${escapeMarkdown(text)}`;
}

/**
 * Signs of Markdown, each of which CommonMark, section 2.4, allows to escape by a backslash: also
 * of tables, strikethrough, formulas, footnotes and attributes, which many readers know
 * (https://spec.commonmark.org/0.31.2/#backslash-escapes).
 */
const MARKUP = /[\\`*_~[\]<>#&|{}$^]/g;

/** Signs that begin a list, a quote or an underline only where a block begins. */
const BLOCK_START = /^(?:[-+=]|\d{1,9}(?=[.)]))/;

/** Beginnings of addresses that GitHub turns into links. */
const LINK_START = /(?<=\bwww)\.|:(?=\/\/)|@/gi;

/** Escapes a text for a paragraph or heading, in a single line. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(MARKUP, String.raw`\$&`)
    .replace(LINK_START, String.raw`\$&`)
    .replace(BLOCK_START, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}
