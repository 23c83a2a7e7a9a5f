import { errorMessage } from '../errors/error-message.js';
import type { Logger } from '@nestjs/common';

/**
 * Runs work that follows a committed change and may be lost, because the reconciler restores it
 * from the record. Logs a failure instead of throwing it: the caller has already kept its own
 * promise.
 */
export async function bestEffort(logger: Logger, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = errorMessage(error);
    logger.warn(`${what} must wait for the reconciler: ${reason}`);
  }
}
