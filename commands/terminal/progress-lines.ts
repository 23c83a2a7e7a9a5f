import type { ChunkStatus } from '../../src/chunks/states.js';
import type { Progress } from './progress.js';
import type { Screen } from './screen.js';

/** Prints a line for each change: for logs, and wherever lines cannot be redrawn. */
export class ProgressLines implements Progress {
  private readonly nameWidth: number;

  constructor(
    private readonly screen: Screen,
    names: readonly string[],
  ) {
    this.nameWidth = Math.max(...names.map((name) => name.length));
  }

  state(name: string, status: ChunkStatus): void {
    this.screen.print(`  ${name.padEnd(this.nameWidth)}  ${status}`);
  }

  say(lines: readonly string[]): void {
    this.screen.print(...lines);
  }

  close(): void {
    // Printed lines need no cleanup.
  }
}
