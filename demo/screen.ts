import { styleText } from 'node:util';
import type { WriteStream } from 'node:tty';
import type { Word } from './changed-words.js';

type Style = Parameters<typeof styleText>[0];

/** Lines longer than this are hard to read, however wide the terminal is. */
const MAX_WIDTH = 110;
/** Narrower than this, words would stand alone on their lines. */
const MIN_WIDTH = 40;

/** Standard output: colours and line breaks on a terminal, plain whole lines anywhere else. */
export class Screen {
  readonly isTerminal: boolean;
  private readonly colours: boolean;

  constructor(readonly stream: WriteStream = process.stdout) {
    // Not a terminal, whatever the type says: the properties of one are missing.
    this.isTerminal = stream.isTTY && process.env.TERM !== 'dumb';
    this.colours = this.isTerminal && stream.hasColors();
  }

  print(...lines: readonly string[]): void {
    for (const line of lines) this.stream.write(`${line}\n`);
  }

  paint(style: Style, text: string): string {
    return this.colours ? styleText(style, text) : text;
  }

  /**
   * Words as lines that fit the terminal, or as one line anywhere else, so that it can be searched.
   *
   * @param layout.first what stands before the first line; the others are indented as far
   * @param layout.newWords how words that are marked as new are shown
   */
  paragraph(words: readonly Word[], layout: { first: string; newWords?: Style }): string[] {
    const width = this.isTerminal ? Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, this.stream.columns)) : Infinity;
    const indent = layout.first.length;
    const lines: string[] = [];
    let line = layout.first;
    let length = indent;
    for (const { text, isNew } of words) {
      const gap = length > indent ? 1 : 0;
      if (gap > 0 && length + gap + text.length > width) {
        lines.push(line);
        line = ' '.repeat(indent);
        length = indent;
      }
      const painted = isNew && layout.newWords !== undefined ? this.paint(layout.newWords, text) : text;
      line += `${length > indent ? ' ' : ''}${painted}`;
      length += (length > indent ? 1 : 0) + text.length;
    }
    return [...lines, line];
  }
}

/** A text as words none of which is new. */
export function plainWords(text: string): Word[] {
  return text.split(/\s+/).flatMap((word) => (word === '' ? [] : [{ text: word, isNew: false }]));
}
