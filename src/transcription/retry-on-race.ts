import { DONE, type JobContext, type JobOutcome } from '../queues/job-processor.js';

/** A race is lost once or twice; more is a defect, and the job's retry makes it visible. */
const MAX_ROUNDS = 5;
/** Avoids waking just before the end of a lease, only to sleep again. */
export const LEASE_MARGIN_MS = 50;

/** `again`: the record has changed in the meantime; its current state decides (rule K3). */
export type Step = JobOutcome | 'again';

/**
 * Runs a step on the current state, and reads the state again as long as the step lost a race.
 *
 * @param read returns undefined when there is nothing to do
 * @throws Error when races are lost again and again; the queue tries again
 */
export async function retryOnRace<Task extends { chunkId: string; conversationId: string }>(
  submissionId: string,
  { subject }: JobContext,
  { read, step }: { read: () => Promise<Task | undefined>; step: (task: Task) => Promise<Step> },
): Promise<JobOutcome> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const task = await read();
    if (task === undefined) return DONE;
    subject.chunkId = task.chunkId;
    subject.conversationId = task.conversationId;
    const outcome = await step(task);
    if (outcome !== 'again') return outcome;
  }
  throw new Error(`submission ${submissionId} changed during each of ${MAX_ROUNDS} attempts`);
}

/** @param happened whether this job ended the submission; if not, the current state decides (K3) */
export function ended(happened: boolean, note: string | undefined): Step {
  return happened ? { kind: 'done', note } : 'again';
}
