interface Waiting {
  weight: number;
  start: () => void;
}

/**
 * Limits how much runs at once. First come, first served: a heavy task does not wait behind light
 * ones forever.
 */
export class Slots {
  readonly #waiting: Waiting[] = [];
  #free: number;

  /** @param total sum of the weights of the tasks that may run at once */
  constructor(private readonly total: number) {
    this.#free = total;
  }

  /**
   * Runs a task as soon as there is room for it. One that is heavier than `total` runs alone.
   *
   * @param options.signal ends the wait; the task itself has to heed it, too
   * @throws the caller's own abort reason when `signal` aborts while the task waits
   */
  async run<T>(
    task: () => Promise<T>,
    { signal, weight = 1 }: { signal?: AbortSignal; weight?: number } = {},
  ): Promise<T> {
    const share = Math.min(weight, this.total);
    await this.#acquire(share, signal);
    try {
      return await task();
    } finally {
      this.#free += share;
      this.#admit();
    }
  }

  async #acquire(weight: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const start = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const waiting = { weight, start };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason as Error);
        // Lighter ones may have waited behind this one.
        this.#admit();
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(waiting);
      this.#admit();
    });
  }

  #admit(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || first.weight > this.#free) return;
      this.#waiting.shift();
      this.#free -= first.weight;
      first.start();
    }
  }
}
