import { styleText } from 'node:util';
import type { WriteStream } from 'node:tty';

type Style = Parameters<typeof styleText>[0];

export interface Word {
  text: string;
  /** Whether the word is printed in the style of new words. */
  isNew: boolean;
}

/** Lines longer than this are hard to read, however wide the terminal is. */
const MAX_WIDTH = 110;
/** Below this width, most lines would hold a single word. */
const MIN_WIDTH = 40;

/**
 * Writes to standard output: colors and line breaks on a terminal, plain whole lines anywhere else.
 */
export class Screen {
  readonly isTerminal: boolean;
  private readonly hasColors: boolean;

  constructor(readonly stream: WriteStream = process.stdout) {
    // The types ignore that `isTTY` is missing when standard output is not a terminal.
    this.isTerminal = stream.isTTY && process.env.TERM !== 'dumb';
    this.hasColors = this.isTerminal && stream.hasColors();
  }

  print(...lines: readonly string[]): void {
    for (const line of lines) this.stream.write(`${line}\n`);
  }

  paint(style: Style, text: string): string {
    return this.hasColors ? styleText(style, text) : text;
  }

  /**
   * Formats words as lines that fit the terminal, or as one line anywhere else, so that it can be
   * searched.
   *
   * @param layout.indent prefix of each line
   * @param layout.newWords style of words that are marked as new
   */
  paragraph(words: readonly Word[], layout: { indent: string; newWords?: Style }): string[] {
    // The last column stays free: erasing the rest of a full line would erase its last letter.
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
      // Colors take no space on the screen, but the space after the word does.
      length += text.length + 1;
    }
    return [...lines, layout.indent + line.join(' ')];
  }
}

/** Splits a text into words that are not marked as new. */
export function plainWords(text: string): Word[] {
  return text.split(/\s+/).flatMap((word) => (word === '' ? [] : [{ text: word, isNew: false }]));
}
