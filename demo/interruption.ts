import { once } from 'node:events';
import { constants } from 'node:os';

type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';
const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** npm hands on the Ctrl-C that the terminal has sent to everybody already: within this time it is the same one. */
const SAME_KEY_PRESS_MS = 250;
/** What shells answer for a program that a signal ended. */
const EXIT_CODE_BASE = 128;

/** Somebody wants this to stop. */
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
 * Ctrl-C, and what else asks a program to stop: the first time, `signal` is aborted with an InterruptedError, and all is
 * stopped in order; the second time, `onForce` is called, to shorten that; the third time ends the process.
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

  /** Resolves when somebody wants this to stop. Does not keep the process alive. */
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
