/** Quotas are counted by the minute, so a choice that names no pause of its own is left alone for half of one. */
const DEFAULT_REST_MS = 30_000;

/**
 * Choices in order of preference, and which of them rest at present, by the process's steady clock.
 * Regions of Vertex AI and models of a list are such choices.
 */
export class PreferenceList<Choice extends { readonly name: string }> {
  private readonly restUntilMs = new Map<string, number>();

  /** @param choices the preferred first, at least one, with names of their own */
  constructor(private readonly choices: readonly Choice[]) {}

  get all(): readonly Choice[] {
    return this.choices;
  }

  /**
   * Choices to ask now, the preferred first. When all rest, the one that will be back first is asked
   * all the same: callers have a pause of their own, and a rest is a guess.
   */
  inOrder(nowMs = performance.now()): Choice[] {
    const awake = this.choices.filter(({ name }) => !this.isResting(name, nowMs));
    if (awake.length > 0) return awake;
    return [...this.choices]
      .sort((one, other) => this.restOf(one.name) - this.restOf(other.name))
      .slice(0, 1);
  }

  /** @param pauseMs how long the choice asked to be left alone, if it did */
  rest(name: string, pauseMs = DEFAULT_REST_MS, nowMs = performance.now()): void {
    this.restUntilMs.set(name, nowMs + pauseMs);
  }

  isResting(name: string, nowMs = performance.now()): boolean {
    return this.restOf(name) > nowMs;
  }

  private restOf(name: string): number {
    return this.restUntilMs.get(name) ?? 0;
  }
}
