/**
 * A limit in time for one exchange with another server, joined with the caller's own wish to stop.
 *
 * Written out because `AbortSignal.any` keeps an entry on the caller's signal for as long as that signal lives, and ours
 * lives as long as the process: the memory of every finished request would stay.
 *
 * Call `dispose()` when the exchange is over, in a `finally`.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #caller?: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  #expired = false;

  /**
   * @param options.timeoutMs from now, or from the last `restart()`, in milliseconds
   * @param options.signal the caller's own; when it aborts, so does this deadline's
   */
  constructor(options: { timeoutMs: number; signal?: AbortSignal }) {
    this.#timer = setTimeout(() => {
      this.#expired = true;
      this.#controller.abort();
    }, options.timeoutMs);
    this.#caller = options.signal;
    if (this.#caller?.aborted) this.#stop();
    this.#caller?.addEventListener('abort', this.#stop, { once: true });
  }

  /** Aborts when time is up or the caller wishes to stop, whichever comes first. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True when time ran out, false when the caller stopped. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Something moved: the whole time counts again from now. Makes the limit one of inactivity. */
  restart(): void {
    if (!this.#controller.signal.aborted) this.#timer.refresh();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#stop);
  }

  readonly #stop = (): void => {
    this.#controller.abort();
  };
}
