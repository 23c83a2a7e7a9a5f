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
   * @param layout.indent what stands before each line
   * @param layout.newWords how words that are marked as new are shown
   */
  paragraph(words: readonly Word[], layout: { indent: string; newWords?: Style }): string[] {
    // Not up to the last column: erasing the rest of a full line takes its last letter with it.
    const width = this.isTerminal
      ? Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, this.stream.columns - 1))
      : Infinity;
    const lines: string[] = [];
    let line: string[] = [];
    let length = layout.indent.length;
    for (const { text, isNew } of words) {
      if (line.length > 0 && length + text.length > width) {
        lines.push(layout.indent + line.join(' '));
        line = [];
        length = layout.indent.length;
      }
      line.push(isNew && layout.newWords !== undefined ? this.paint(layout.newWords, text) : text);
      // Colours take no room on the screen, the blank after the word does.
      length += text.length + 1;
    }
    return [...lines, layout.indent + line.join(' ')];
  }
}

/** A text as words none of which is new. */
export function plainWords(text: string): Word[] {
  return text.split(/\s+/).flatMap((word) => (word === '' ? [] : [{ text: word, isNew: false }]));
}
