import type { IRunOptions } from 'docx';
import { clockTime, speakerName, SUMMARY_HEADING, type TranscriptDocument } from './document.js';

/**
 * Characters that XML 1.0 does not allow, not even escaped
 * (https://www.w3.org/TR/xml/#charsets). Word refuses a file that contains one.
 */
const NOT_IN_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Formats a document as a Word file. The package is large, and loaded for the first such file. */
export async function toDocx({
  heading,
  date,
  paragraphs,
  whenEmpty,
  summary,
}: TranscriptDocument): Promise<Uint8Array> {
  const { Document, HeadingLevel, Packer, Paragraph, TextRun } = await import('docx');
  const plain = (text: string) => new Paragraph({ children: [new TextRun(withoutForbidden(text))] });
  const title = withoutForbidden(heading);
  const body = paragraphs.map(({ speaker, startMs, text }) => {
    const name = speaker === null ? [] : [new TextRun(boldText(`${nameOf(speaker)} `))];
    const time = new TextRun({ text: `[${clockTime(startMs)}] `, color: TIME_COLOR });
    const spoken = new TextRun(withoutForbidden(text));
    return new Paragraph({ children: [...name, time, spoken], spacing: { after: AFTER_PARAGRAPH } });
  });
  const file = new Document({
    title,
    creator: 'Ringback',
    sections: [
      {
        children: [
          new Paragraph({ text: title, heading: HeadingLevel.HEADING_1 }),
          plain(date),
          ...(summary.length > 0
            ? [
                new Paragraph({ text: SUMMARY_HEADING, heading: HeadingLevel.HEADING_2 }),
                ...summary.map(plain),
              ]
            : []),
          new Paragraph({ text: TRANSCRIPT_HEADING, heading: HeadingLevel.HEADING_2 }),
          ...(body.length > 0 ? body : [plain(whenEmpty)]),
        ],
      },
    ],
  });
  return Packer.toBuffer(file);
}

const TRANSCRIPT_HEADING = 'Transcript';

/** Gray, so that times do not distract from the text. */
const TIME_COLOR = '666666';

/** Space below a paragraph in twentieths of a point: half a line. */
const AFTER_PARAGRAPH = 120;

function boldText(text: string): IRunOptions {
  return { text, bold: true };
}

function nameOf(speaker: string): string {
  return withoutForbidden(speakerName(speaker));
}

function withoutForbidden(text: string): string {
  return text.replace(NOT_IN_XML, '');
}
