/**
 * Ends sleeping jobs, hung requests and downloads together, on a reset or at the end.
 * `node:timers/promises` with one shared signal would walk all of its listeners for each that ends,
 * and there may be ten thousand.
 */
export class Lifetime {
  private readonly endings = new Set<() => void>();
  private ended = false;

  get isOver(): boolean {
    return this.ended;
  }

  /** @returns `cancelled` when the lifetime ended first: the caller must then stop its work */
  sleep(ms: number): Promise<'elapsed' | 'cancelled'> {
    if (this.ended) {
      return Promise.resolve('cancelled');
    }
    return new Promise((resolve) => {
      const cancel = (): void => {
        clearTimeout(timer);
        resolve('cancelled');
      };
      const timer = setTimeout(() => {
        this.endings.delete(cancel);
        resolve('elapsed');
      }, ms);
      this.endings.add(cancel);
    });
  }

  /** @returns a function that removes the callback */
  onEnd(ending: () => void): () => void {
    if (this.ended) {
      ending();
      return () => undefined;
    }
    this.endings.add(ending);
    return () => {
      this.endings.delete(ending);
    };
  }

  /** Cancels all sleeps, and every later one at once, until `renew`. */
  end(): void {
    this.ended = true;
    const endings = [...this.endings];
    this.endings.clear();
    for (const ending of endings) {
      ending();
    }
  }

  renew(): void {
    this.ended = false;
  }
}
