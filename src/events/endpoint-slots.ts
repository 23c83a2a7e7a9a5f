/**
 * Limits the concurrent requests of this process to each endpoint, so that an endpoint that does
 * not answer cannot occupy the slots of all others. It protects against slowness and guarantees
 * nothing.
 */
export class EndpointSlots {
  private readonly taken = new Map<string, number>();

  constructor(private readonly slotsEach: number) {}

  /** @returns whether there was a free slot; then `leave` must follow */
  enter(endpointId: string): boolean {
    const taken = this.taken.get(endpointId) ?? 0;
    if (taken >= this.slotsEach) return false;
    this.taken.set(endpointId, taken + 1);
    return true;
  }

  leave(endpointId: string): void {
    const left = (this.taken.get(endpointId) ?? 0) - 1;
    if (left > 0) this.taken.set(endpointId, left);
    else this.taken.delete(endpointId);
  }
}
