import { DeliveryStrategy } from './delivery-strategy.js';

/** Polls every POLL_INTERVAL_MS, including in-flight submissions of the webhook strategy. */
export class PollingDelivery extends DeliveryStrategy {
  readonly name = 'polling';

  constructor(private readonly pollIntervalMs: number) {
    super();
  }

  callbackRequest(): undefined {
    return undefined;
  }

  firstPauseMs(): number {
    return this.pollIntervalMs;
  }

  nextPauseMs(): number {
    return this.pollIntervalMs;
  }

  noteText(): undefined {
    return undefined;
  }
}
