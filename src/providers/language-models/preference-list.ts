/** Default pause of half a minute, as quotas are counted per minute. */
const DEFAULT_PAUSE_MS = 30_000;

/**
 * Choices in order of preference, some of which may be paused, by the process's monotonic clock.
 * Examples are regions of Vertex AI and the models of a list.
 */
export class PreferenceList<Choice extends { readonly name: string }> {
  private readonly pausedUntilMs = new Map<string, number>();

  /** @param choices the preferred first, at least one, with unique names */
  constructor(private readonly choices: readonly Choice[]) {}

  get all(): readonly Choice[] {
    return this.choices;
  }

  /**
   * Returns the choices to ask now, the preferred first. When all are paused, the one that resumes
   * first is asked nevertheless: callers pause themselves, and the end of a pause is a guess.
   */
  inOrder(nowMs = performance.now()): Choice[] {
    const available = this.choices.filter(({ name }) => !this.isPaused(name, nowMs));
    if (available.length > 0) return available;
    return [...this.choices]
      .sort((one, other) => this.pausedUntil(one.name) - this.pausedUntil(other.name))
      .slice(0, 1);
  }

  /** @param pauseMs the pause that the choice requested, if it did */
  pause(name: string, pauseMs = DEFAULT_PAUSE_MS, nowMs = performance.now()): void {
    this.pausedUntilMs.set(name, nowMs + pauseMs);
  }

  isPaused(name: string, nowMs = performance.now()): boolean {
    return this.pausedUntil(name) > nowMs;
  }

  private pausedUntil(name: string): number {
    return this.pausedUntilMs.get(name) ?? 0;
  }
}
