/** A region that asked for no pause of its own is left alone for as long: quotas are counted by the minute. */
const DEFAULT_REST_MS = 30_000;

/** A region that may be overloaded. */
export interface Region<Client> {
  readonly location: string;
  readonly client: Client;
}

/** The regions of one model, and which of them rest at present, by the process's steady clock. */
export class Regions<Client> {
  private readonly restUntilMs = new Map<string, number>();

  /** @param regions in order of preference, at least one */
  constructor(private readonly regions: readonly Region<Client>[]) {}

  /**
   * Those to ask now, the preferred first. When all rest, the one that will be back first is asked all the same: whoever asks
   * has a pause of their own, and a rest is a guess.
   */
  inOrder(nowMs = performance.now()): Region<Client>[] {
    const awake = this.regions.filter(({ location }) => this.restOf(location) <= nowMs);
    if (awake.length > 0) return awake;
    return [...this.regions]
      .sort((one, other) => this.restOf(one.location) - this.restOf(other.location))
      .slice(0, 1);
  }

  /** @param pauseMs what the region asked for, if it did */
  rest(location: string, pauseMs = DEFAULT_REST_MS, nowMs = performance.now()): void {
    this.restUntilMs.set(location, nowMs + pauseMs);
  }

  private restOf(location: string): number {
    return this.restUntilMs.get(location) ?? 0;
  }
}
