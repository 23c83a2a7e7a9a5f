/**
 * What ends together, on a reset or at the end: sleeping jobs, hung requests, downloads. `node:timers/promises` with one
 * shared signal would do the same, but walks all of its listeners for each that ends, and there may be ten thousand.
 */
export class Lifetime {
  private readonly endings = new Set<() => void>();
  private ended = false;

  get isOver(): boolean {
    return this.ended;
  }

  /** @returns `cancelled` when the end came first: the caller then stops without doing its work */
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

  /** @returns how to take the ending back */
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

  /** From now on every sleep is cancelled at once, until `renew`. */
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
