import type { StrategyName } from '../../database/schema.js';
import type { CallbackSign } from './callback-losses.js';

/** What a submit request carries so that the provider calls us back. */
export interface CallbackRequest {
  url: string;
  headerName: string;
  secret: string;
}

/**
 * How we learn that a transcript is ready. Both adapters are the same protocol: a submission owns one sleeping check,
 * and differ only in how long it sleeps and in whether the provider is asked to call. Chosen by the configuration alone.
 */
export abstract class DeliveryStrategy {
  abstract readonly name: StrategyName;

  /** What to add to a submit request; undefined when the provider is not to call. */
  abstract callbackRequest(submissionId: string): CallbackRequest | undefined;

  /** Milliseconds from making a submission to its first look. */
  abstract firstPauseMs(): number;

  /**
   * Milliseconds to the next look at a transcript that is not ready.
   *
   * @param sentAs how the submission was sent: one that bears no callback URL must be looked at, whatever is configured now
   */
  abstract nextPauseMs(sentAs: StrategyName): number;

  /** @returns for the processing log: why a look had to find what a callback should have told, if it had to */
  abstract noteText(sign: CallbackSign): string | undefined;
}
