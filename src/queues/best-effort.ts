import type { Logger } from '@nestjs/common';

/**
 * Runs what follows a committed change and may be lost: the record has it, and the reconciler puts it back. The caller's
 * own promise is kept, so its caller must not be told of a failure.
 */
export async function bestEffort(logger: Logger, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn(`${what} must wait for the reconciler: ${reason}`);
  }
}
