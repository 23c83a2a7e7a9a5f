import type { Queue } from 'bullmq';
import { jobId, type JobData, type JobKind } from '../../src/queues/job-catalogue.js';
import { LONG_WINDOWS } from './walked-recording.js';
import { openQueue, type QueueStore } from '../support/queue-access.js';

/** The objects that may have jobs. */
export interface JobOwner {
  conversationId: string;
  chunkId: string;
  /** The chunk's last attempt, from 1. */
  attempt: number;
  submissionIds: string[];
}

/** Windows of a long recording, and their corrections, which may be made again once. */
const WINDOWS = Array.from({ length: LONG_WINDOWS }, (_, index) => index);
const ROUNDS = [1, 2];

type Named = { [K in JobKind]: { kind: K; data: JobData[K] } }[JobKind];

/** Reads the queues without the service's knowledge. */
export class JobSearch {
  private readonly queues = new Map<JobKind, Queue>();

  constructor(private readonly store: QueueStore) {}

  /** @returns the ids of the remaining jobs, in any state */
  async left(owner: JobOwner): Promise<string[]> {
    const left: string[] = [];
    for (const job of jobsOf(owner)) {
      const id = jobId<JobKind>(job.kind, job.data);
      if ((await this.queue(job.kind).getJob(id)) !== undefined) left.push(id);
    }
    return left;
  }

  async close(): Promise<void> {
    for (const queue of this.queues.values()) await queue.close();
  }

  private queue(kind: JobKind): Queue {
    const known = this.queues.get(kind);
    if (known !== undefined) return known;
    const queue = openQueue(kind, this.store);
    this.queues.set(kind, queue);
    return queue;
  }
}

function jobsOf({ conversationId, chunkId, attempt, submissionIds }: JobOwner): Named[] {
  const attempts = Array.from({ length: attempt }, (_, index) => index + 1);
  return [
    ...attempts.map((number) => ({ kind: 'submit' as const, data: { chunkId, attempt: number } })),
    ...submissionIds.map((submissionId) => ({ kind: 'check' as const, data: { submissionId } })),
    ...submissionIds.flatMap((submissionId) =>
      ROUNDS.flatMap((round) =>
        WINDOWS.map((window) => ({
          kind: 'correct' as const,
          data: { chunkId, submissionId, window, round },
        })),
      ),
    ),
    { kind: 'finalize', data: { conversationId } },
    { kind: 'summarize', data: { conversationId } },
  ];
}
