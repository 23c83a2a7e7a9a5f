import type { StrategyName } from '../../database/schema.js';
import { callbackUrl } from '../../providers/assemblyai/callback-url.js';
import { WEBHOOK_SECRET_HEADER } from '../../providers/assemblyai/submit-request.js';
import type { CallbackLosses, CallbackObservation } from './callback-losses.js';
import { DeliveryStrategy, type CallbackRequest } from './delivery-strategy.js';

/**
 * Bounds two pauses to a minute: after the deadline, when a callback may or may not still come, and
 * after a crash between going to sleep and the second read of the callback counter.
 */
const MAX_PAUSE_AFTER_DEADLINE_MS = 60_000;

/**
 * Waits for the provider's callback, and polls without one once CALLBACK_DEADLINE_MS has passed.
 */
export class WebhookDelivery extends DeliveryStrategy {
  readonly name = 'webhook';

  constructor(
    private readonly options: {
      url: string;
      secret: string;
      callbackDeadlineMs: number;
      pollIntervalMs: number;
      /** Says whether callbacks are worth waiting for, and records each one that was due. */
      losses: Pick<CallbackLosses, 'arePersistent' | 'note'>;
    },
  ) {
    super();
  }

  callbackRequest(submissionId: string): CallbackRequest {
    return {
      url: callbackUrl(this.options.url, submissionId),
      headerName: WEBHOOK_SECRET_HEADER,
      secret: this.options.secret,
    };
  }

  firstPauseMs(): number {
    return this.isWaiting ? this.options.callbackDeadlineMs : this.options.pollIntervalMs;
  }

  nextPauseMs(sentAs: StrategyName): number {
    if (sentAs === 'polling' || !this.isWaiting) return this.options.pollIntervalMs;
    return Math.min(this.options.callbackDeadlineMs, MAX_PAUSE_AFTER_DEADLINE_MS);
  }

  noteText(observation: CallbackObservation): string | undefined {
    return this.options.losses.note(observation);
  }

  private get isWaiting(): boolean {
    return !this.options.losses.arePersistent;
  }
}
