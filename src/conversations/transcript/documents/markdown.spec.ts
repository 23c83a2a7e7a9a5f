import { describe, expect, it } from 'vitest';
import { escapeMarkdown, toMarkdown } from './markdown.js';

const DOCUMENT = {
  heading: 'Meeting *one*',
  date: '2026-01-02 03:04 UTC',
  paragraphs: [
    { speaker: 'A', startMs: 65_000, text: 'Hello <b>you</b>.' },
    { speaker: null, startMs: 3_723_999, text: '# not a heading' },
  ],
  whenEmpty: '',
  summary: ['- They met.', '1. They left.'],
};

describe('a transcript as Markdown', () => {
  it('has a heading, a date, paragraphs with speakers and times, and the summary', () => {
    expect(toMarkdown(DOCUMENT)).toBe(
      [
        String.raw`# Meeting \*one\*`,
        '2026-01-02 03:04 UTC',
        String.raw`**Speaker A** [00:01:05] Hello \<b\>you\</b\>.`,
        String.raw`[01:02:03] \# not a heading`,
        '## Summary',
        String.raw`\- They met.`,
        String.raw`1\. They left.`,
        '',
      ]
        .join('\n\n')
        .replace(/\n\n$/, '\n'),
    );
  });

  it('says why it is empty, and has no section for a missing summary', () => {
    const empty = { ...DOCUMENT, paragraphs: [], whenEmpty: '[Nothing to transcribe]', summary: [] };
    expect(toMarkdown(empty)).toBe(
      String.raw`# Meeting \*one\*` +
        '\n\n2026-01-02 03:04 UTC\n\n' +
        String.raw`\[Nothing to transcribe\]` +
        '\n',
    );
  });

  it.each([
    ['`code`', String.raw`\`code\``],
    ['_em_ **strong** ~~gone~~', String.raw`\_em\_ \*\*strong\*\* \~\~gone\~\~`],
    ['![a](b)', String.raw`!\[a\](b)`],
    ['&lt; a | b', String.raw`\&lt; a \| b`],
    ['> quote', String.raw`\> quote`],
    ['+ item', String.raw`\+ item`],
    ['===', String.raw`\===`],
    ['12) item', String.raw`12\) item`],
    ['3.5 percent', String.raw`3\.5 percent`],
    ['see https://a.example, www.b.example', String.raw`see https\://a.example, www\.b.example`],
    ['C:\\new', String.raw`C:\\new`],
    ['two\n\n    lines\r\nhere', 'two lines here'],
    ['a plain text, with signs: (yes) - "no" + 1!', 'a plain text, with signs: (yes) - "no" + 1!'],
  ])('escapes %j', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });
});
