import { setTimeout as pause } from 'node:timers/promises';

/** Whose turn takes longer, or never ends, is passed over. */
const MAX_WAIT_MS = 100;

/** One after the other, in the order in which they came. */
export class Turns {
  private last: Promise<void> | undefined;

  /**
   * Resolves when it is the caller's turn, at once when it is nobody else's; 100 ms later at the latest, so that nobody has to wait
   * for one that hangs.
   *
   * @returns ends the turn; calling it twice is harmless
   */
  async take(): Promise<() => void> {
    const before = this.last;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    }).then(() => {
      if (this.last === ended) this.last = undefined;
    });
    this.last = ended;
    if (before !== undefined) await Promise.race([before, pause(MAX_WAIT_MS, undefined, { ref: false })]);
    return end;
  }
}
