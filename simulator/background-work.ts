/** Everything has been stopped before; work that still runs after this time will never end. */
const SETTLE_LIMIT_MS = 5_000;

/**
 * Tracks work that no request waits for (a job, the attempts of a callback). `settle` waits for it.
 * Its failures are kept and reported: they are bugs of the simulator or of a test's hook.
 */
export class BackgroundWork {
  private readonly running = new Set<Promise<void>>();
  private readonly failures: unknown[] = [];

  run(work: Promise<unknown>): void {
    const counted: Promise<void> = work
      .then(
        () => undefined,
        (error: unknown) => {
          this.failures.push(error);
        },
      )
      .finally(() => this.running.delete(counted));
    this.running.add(counted);
  }

  /**
   * Waits until nothing runs.
   *
   * @throws AggregateError with every failure since the last call, also when something still runs
   * after 5 s
   */
  async settle(): Promise<void> {
    if (!(await this.isIdleWithin(SETTLE_LIMIT_MS))) {
      this.failures.push(
        new Error(`${this.running.size} pieces of work still run: does a hook never return?`),
      );
    }
    const failures = this.failures.splice(0);
    if (failures.length > 0) {
      throw new AggregateError(
        failures,
        'Background work of the simulator failed; see `errors` for each cause.',
      );
    }
  }

  private async isIdleWithin(limitMs: number): Promise<boolean> {
    let limit: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, limitMs);
    });
    const deadline = Date.now() + limitMs;
    while (this.running.size > 0 && Date.now() < deadline) {
      await Promise.race([Promise.all(this.running), over]);
    }
    clearTimeout(limit);
    return this.running.size === 0;
  }
}
