import type { Job } from 'bullmq';

/** BullMQ's codes for a job that is not there, and for one that is not delayed; its engines mix the two. */
const MISSING_CODE = -1;
const NOT_DELAYED_CODE = -3;

/**
 * Makes a sleeping job run now.
 *
 * @returns false when it is not sleeping: it runs, waits for a worker, or is gone; somebody else may have woken it
 */
export async function promote(job: Job): Promise<boolean> {
  try {
    await job.promote();
    return true;
  } catch (error) {
    if (hasCode(error, MISSING_CODE) || hasCode(error, NOT_DELAYED_CODE)) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
