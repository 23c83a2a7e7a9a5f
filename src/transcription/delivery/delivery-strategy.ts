import type { StrategyName } from '../../database/schema.js';
import type { CallbackObservation } from './callback-losses.js';

/** Fields of a submit request that make the provider call us back. */
export interface CallbackRequest {
  url: string;
  headerName: string;
  secret: string;
}

/**
 * Strategy to learn that a transcript is ready. Both implementations follow the same protocol: a
 * submission owns one sleeping check. They differ only in how long it sleeps and in whether the
 * provider is asked to call back. The configuration alone chooses between them.
 */
export abstract class DeliveryStrategy {
  abstract readonly name: StrategyName;

  /** Callback fields of a submit request; undefined when the provider should not call. */
  abstract callbackRequest(submissionId: string): CallbackRequest | undefined;

  /** Milliseconds from the creation of a submission to its first check. */
  abstract firstPauseMs(): number;

  /**
   * Milliseconds to the next check of a transcript that is not ready.
   *
   * @param sentAs strategy the submission was sent with: without a callback URL it must be polled,
   *   whatever is configured now
   */
  abstract nextPauseMs(sentAs: StrategyName): number;

  /**
   * @returns why no callback announced a result that a check found, if so, for the processing log
   */
  abstract noteText(observation: CallbackObservation): string | undefined;
}
