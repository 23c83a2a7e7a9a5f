import type { Job } from 'bullmq';

/** BullMQ's codes for a missing job and for one that is not delayed; its engines mix up the two. */
const MISSING_CODE = -1;
const NOT_DELAYED_CODE = -3;

/**
 * Makes a sleeping job run now.
 *
 * @returns false when the job is running, waits for a worker, is missing, or was woken already
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
