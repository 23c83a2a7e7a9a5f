import { DONE, type JobContext, type JobOutcome } from '../queues/job-processor.js';

/** A race is lost once or twice; more than this is a defect, and the job's retry tells of it. */
const MAX_ROUNDS = 5;
/** Waking just before the end of a lease would only mean falling asleep again. */
export const LEASE_MARGIN_MS = 50;

/** `again`: the record has changed meanwhile; what is true now decides (rule K3). */
export type Step = JobOutcome | 'again';

/**
 * Takes a step with what is true now, and reads again for as long as the step lost a race.
 *
 * @param read undefined when there is nothing to do
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
    const taken = await step(task);
    if (taken !== 'again') return taken;
  }
  throw new Error(`submission ${submissionId} changed under every one of ${MAX_ROUNDS} looks`);
}

/** @param happened whether this job ended the submission; if not, what is true now decides (K3) */
export function ended(happened: boolean, note: string | undefined): Step {
  return happened ? { kind: 'done', note } : 'again';
}
