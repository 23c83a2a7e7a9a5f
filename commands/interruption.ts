import { once } from 'node:events';
import { constants } from 'node:os';

type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';
const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * npm forwards the Ctrl-C that the terminal has already sent to the whole process group: within
 * this time it is the same one.
 */
const SAME_KEY_PRESS_MS = 250;
/** Shells add the signal's number to this as the exit code of a program that a signal ended. */
const EXIT_CODE_BASE = 128;

/** The user asked the program to stop. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly code = 'interrupted';
  readonly exitCode: number;

  constructor(readonly signalName: StopSignal) {
    super(`stopped by ${signalName}`);
    this.exitCode = EXIT_CODE_BASE + constants.signals[signalName];
  }
}

/**
 * Handles Ctrl-C and the other stop signals. The first one aborts `signal` with an
 * InterruptedError, which starts an orderly stop. The second one calls `onForce`, to shorten that.
 * The third one ends the process.
 */
export class Interruption {
  private readonly controller = new AbortController();
  private readonly listeners: (() => void)[] = [];
  private times = 0;
  private lastAt = -Infinity;

  constructor() {
    for (const name of STOP_SIGNALS) {
      process.on(name, () => {
        this.interrupt(name);
      });
    }
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  onForce(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Resolves when a stop is requested. Does not keep the process alive. */
  async wait(): Promise<void> {
    if (this.signal.aborted) return;
    await once(this.signal, 'abort');
  }

  private interrupt(name: StopSignal): void {
    const now = Date.now();
    if (now - this.lastAt < SAME_KEY_PRESS_MS) return;
    this.lastAt = now;
    this.times += 1;
    if (this.times === 1) {
      this.controller.abort(new InterruptedError(name));
    } else if (this.times === 2) {
      for (const listener of this.listeners) listener();
    } else {
      process.exit(new InterruptedError(name).exitCode);
    }
  }
}
