/**
 * Time limit for one exchange with another server, combined with the caller's abort signal.
 *
 * `AbortSignal.any` is not used because it keeps an entry on the caller's signal for the signal's
 * lifetime. Ours live as long as the process, so the memory of every finished request would stay.
 *
 * Call `dispose()` when the exchange is over, in a `finally`.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #caller?: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  #expired = false;

  /**
   * @param options.timeoutMs milliseconds from now, or from the last `restart()`
   * @param options.signal the caller's signal; when it aborts, so does this deadline's
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

  /** Signal that aborts when time is up or when the caller aborts, whichever comes first. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether time ran out; false when the caller aborted. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Restarts the time limit after progress, which makes it a limit of inactivity. */
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
