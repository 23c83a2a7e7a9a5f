import type { ChunkStatus } from '../src/chunks/states.js';
import type { Progress } from './progress.js';
import type { Screen } from './screen.js';

/** A line for each change: for logs, and everywhere else that nothing can be drawn over. */
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
    // Lines stay as they are.
  }
}
