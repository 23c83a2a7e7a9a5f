import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { refusalOf } from './answer-guard.js';

/*
 * Good corrections, made from the labeled texts of corpus/redaction: the text is the correct
 * transcript, and the draft is the text with simulated recognition errors. A guard that refuses one
 * of these loses a correction.
 */

const FOLDER = new URL('../../../corpus/redaction/', import.meta.url);
const LINES_PER_TEXT = 12;
const LABELED = /\[\[[a-z_]+\|([^\]]*)\]\]/g;

/** Creates a small random number generator (mulberry32), so that each run uses the same drafts. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function textsOf(file: string): string[] {
  const lines = readFileSync(new URL(file, FOLDER), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { text: string }).text.replace(LABELED, '$1'));
  const texts: string[] = [];
  for (let start = 0; start + LINES_PER_TEXT <= lines.length; start += LINES_PER_TEXT / 2) {
    texts.push(lines.slice(start, start + LINES_PER_TEXT).join(' '));
  }
  return texts;
}

/**
 * Simulates recognition errors: replaces words by others of the same language, omits some, and adds
 * some.
 */
function withRecognitionErrors(text: string, errorRate: number, random: () => number): string {
  const words = text.split(/\s+/);
  const another = () => words[Math.floor(random() * words.length)] ?? '';
  return words
    .flatMap((word) => {
      if (random() >= errorRate) return [word];
      const kind = random();
      if (kind < 0.7) return [another()];
      return kind < 0.85 ? [] : [word, another()];
    })
    .join(' ')
    .toLowerCase()
    .replace(/[.,;:!?]/g, '');
}

const TEXTS = readdirSync(FOLDER).flatMap((file) => textsOf(file).map((text) => ({ file, text })));

describe('good corrections of drafts with errors', () => {
  it.each([0.05, 0.1, 0.2, 0.3, 0.4])('are all accepted when a share of %d words was wrong', (errorRate) => {
    const random = seeded(7);
    const refused = TEXTS.flatMap(({ file, text }) => {
      const draft = withRecognitionErrors(text, errorRate, random);
      const reason = refusalOf({ answer: text, draft, instructions: [] });
      return reason === undefined ? [] : [`${file}: ${reason}`];
    });

    expect(TEXTS.length).toBeGreaterThan(100);
    expect(refused).toEqual([]);
  });

  it('are accepted when they remove passages that the recognizer repeated by mistake', () => {
    for (const { text } of TEXTS) {
      const draft = `${text} ${'thank you for watching. '.repeat(10)}`;
      expect(refusalOf({ answer: text, draft, instructions: [] })).toBeUndefined();
    }
  });
});

describe('degenerate answers', () => {
  const loops = ['Thank you.', 'And then we go on to the next one.', 'Ja.', 'ご視聴ありがとうございました。'];

  it.each(loops)('are refused when they consist of %j only', (phrase) => {
    for (const { text } of TEXTS) {
      const answer = `${phrase} `.repeat(Math.ceil((text.length * 0.8) / phrase.length));
      expect(refusalOf({ answer, draft: text, instructions: [] })).toBeDefined();
    }
  });

  it.each(loops)('are refused when they end in a loop of %j', (phrase) => {
    for (const { text } of TEXTS) {
      const answer = `${text} ${`${phrase} `.repeat(40)}`;
      expect(refusalOf({ answer, draft: text, instructions: [] })).toBeDefined();
    }
  });

  it('are refused when they are another text of the same length and language', () => {
    const accepted = TEXTS.filter(({ file, text }) => {
      const other = TEXTS.findLast((candidate) => candidate.file === file && candidate.text !== text);
      return (
        other !== undefined &&
        refusalOf({ answer: other.text.slice(0, text.length), draft: text, instructions: [] }) === undefined
      );
    });
    // Neighboring texts share half of their lines, and the labeled texts many of their sentences.
    expect(accepted.length).toBeLessThan(TEXTS.length / 5);
  });
});
