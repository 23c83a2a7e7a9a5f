import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { toDocx } from './docx.js';

const DOCUMENT = {
  heading: 'Meeting\u0001 & more',
  date: '2026-01-02 03:04 UTC',
  paragraphs: [{ speaker: 'A', startMs: 65_000, text: 'Hello <b>\u000b\uFFFEyou</b> 😀.' }],
  whenEmpty: '[Nothing to transcribe]',
  summary: ['They met.'],
};

/** Reads the main part of a Word file. */
function xmlOf(file: Uint8Array): string {
  return strFromU8(unzipSync(file)['word/document.xml'] ?? new Uint8Array());
}

/** Returns the text of each paragraph. */
function linesOf(file: Uint8Array): string[] {
  return xmlOf(file)
    .split('</w:p>')
    .map((paragraph) => paragraph.replace(/<[^>]*>/g, ''))
    .filter((line) => line !== '');
}

describe('a transcript as a Word file', () => {
  it('has the title, the date, the summary, and paragraphs with speakers and times', async () => {
    expect(linesOf(await toDocx(DOCUMENT))).toEqual([
      'Meeting &amp; more',
      '2026-01-02 03:04 UTC',
      'Summary',
      'They met.',
      'Transcript',
      'Speaker A [00:01:05] Hello &lt;b&gt;you&lt;/b&gt; 😀.',
    ]);
  });

  it('contains no character that XML forbids', async () => {
    const file = await toDocx(DOCUMENT);
    const parts = Object.values(unzipSync(file)).map((part) => strFromU8(part));
    for (const forbidden of ['\u0001', '\u000b', '\uFFFE']) {
      for (const part of parts) expect(part).not.toContain(forbidden);
    }
  });

  it('says why it is empty', async () => {
    const lines = linesOf(await toDocx({ ...DOCUMENT, paragraphs: [], summary: [] }));
    expect(lines.slice(2)).toEqual(['Transcript', '[Nothing to transcribe]']);
  });
});
