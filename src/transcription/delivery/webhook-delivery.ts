import type { StrategyName } from '../../database/schema.js';
import { callbackUrl } from '../../providers/assemblyai/callback-url.js';
import { WEBHOOK_SECRET_HEADER } from '../../providers/assemblyai/submit-request.js';
import type { CallbackLosses, CallbackSign } from './callback-losses.js';
import { DeliveryStrategy, type CallbackRequest } from './delivery-strategy.js';

/**
 * After the deadline nobody knows whether a callback will still come; and a crash between falling asleep and the second
 * look at the callback counter costs one such pause. A minute bounds both.
 */
const MAX_PAUSE_AFTER_DEADLINE_MS = 60_000;

/** Waits for the provider's call, and looks without one when CALLBACK_DEADLINE_MS is over. */
export class WebhookDelivery extends DeliveryStrategy {
  readonly name = 'webhook';

  constructor(
    private readonly options: {
      url: string;
      secret: string;
      callbackDeadlineMs: number;
      pollIntervalMs: number;
      /** Tells whether callbacks are not to be waited for at present, and takes note of each that was due. */
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

  noteText(sign: CallbackSign): string | undefined {
    return this.options.losses.note(sign);
  }

  private get isWaiting(): boolean {
    return !this.options.losses.arePersistent;
  }
}
