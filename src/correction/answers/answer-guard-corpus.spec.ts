import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { refusalOf } from './answer-guard.js';

/*
 * Good corrections, made from the labelled texts of corpus/redaction: the text is what was said, and the draft is what a
 * recognizer made of it that got some of its words wrong. A guard that refuses one of these costs a correction.
 */

const FOLDER = new URL('../../../corpus/redaction/', import.meta.url);
const LINES_A_TEXT = 12;
const LABELLED = /\[\[[a-z_]+\|([^\]]*)\]\]/g;

/** A small generator (mulberry32), so that each run sees the same drafts. */
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
    .map((line) => (JSON.parse(line) as { text: string }).text.replace(LABELLED, '$1'));
  const texts: string[] = [];
  for (let start = 0; start + LINES_A_TEXT <= lines.length; start += LINES_A_TEXT / 2) {
    texts.push(lines.slice(start, start + LINES_A_TEXT).join(' '));
  }
  return texts;
}

/** Mishears a text as a recognizer does: replaces words by others of the language, leaves some out, hears some twice. */
function misheard(text: string, errorRate: number, random: () => number): string {
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

describe('good corrections of misheard drafts', () => {
  it.each([0.05, 0.1, 0.2, 0.3, 0.4])('are all believed when a share of %d words was wrong', (errorRate) => {
    const random = seeded(7);
    const refused = TEXTS.flatMap(({ file, text }) => {
      const draft = misheard(text, errorRate, random);
      const reason = refusalOf({ answer: text, draft, instructions: [] });
      return reason === undefined ? [] : [`${file}: ${reason}`];
    });

    expect(TEXTS.length).toBeGreaterThan(100);
    expect(refused).toEqual([]);
  });

  it('are believed when they remove what the recognizer repeated by mistake', () => {
    for (const { text } of TEXTS) {
      const draft = `${text} ${'thank you for watching. '.repeat(10)}`;
      expect(refusalOf({ answer: text, draft, instructions: [] })).toBeUndefined();
    }
  });
});

describe('answers that lost their way', () => {
  const loops = ['Thank you.', 'And then we go on to the next one.', 'Ja.', 'ご視聴ありがとうございました。'];

  it.each(loops)('are refused when they repeat %j for all of the draft', (phrase) => {
    for (const { text } of TEXTS) {
      const answer = `${phrase} `.repeat(Math.ceil((text.length * 0.8) / phrase.length));
      expect(refusalOf({ answer, draft: text, instructions: [] })).toBeDefined();
    }
  });

  it.each(loops)('are refused when they end in %j over and over', (phrase) => {
    for (const { text } of TEXTS) {
      const answer = `${text} ${`${phrase} `.repeat(40)}`;
      expect(refusalOf({ answer, draft: text, instructions: [] })).toBeDefined();
    }
  });

  it('are refused when they are another text of the same length and language', () => {
    const believed = TEXTS.filter(({ file, text }) => {
      const other = TEXTS.findLast((candidate) => candidate.file === file && candidate.text !== text);
      return (
        other !== undefined &&
        refusalOf({ answer: other.text.slice(0, text.length), draft: text, instructions: [] }) === undefined
      );
    });
    // Neighbors share half of their lines, and the labelled texts many of their sentences.
    expect(believed.length).toBeLessThan(TEXTS.length / 5);
  });
});
