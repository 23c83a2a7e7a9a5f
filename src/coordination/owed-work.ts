import { Injectable } from '@nestjs/common';
import type { JobData, JobKind } from '../queues/job-catalogue.js';

/** Size of a page of owed work: small enough for one bulk of jobs, and for a short statement. */
export const OWED_PAGE = 500;

export interface OwedJob<K extends JobKind> {
  /** Pages are ordered by this id. */
  id: string;
  data: JobData[K];
  /** Whether the job may sleep until a callback comes. */
  awaitsCallback?: boolean;
}

export interface PendingSet {
  conversationId: string;
  chunkIds: string[];
}

/** Reads up to `OWED_PAGE` rows by id, after the last one of the page before. */
export type ReadPage<T> = (afterId: string) => Promise<T[]>;

/**
 * Collects the work that is owed according to the record. The owners of the record register it, as
 * they register readiness and metrics, and the reconciler restores it.
 */
@Injectable()
export class OwedWork {
  private readonly jobs = new Map<JobKind, ReadPage<OwedJob<JobKind>>>();
  private sets: ReadPage<PendingSet> = () => Promise.resolve([]);

  register<K extends JobKind>(kind: K, read: ReadPage<OwedJob<K>>): void {
    this.jobs.set(kind, read);
  }

  /** @param read returns conversations with the ids of their unsettled chunks */
  registerPending(read: ReadPage<PendingSet>): void {
    this.sets = read;
  }

  read<K extends JobKind>(kind: K, afterId: string): Promise<OwedJob<K>[]> {
    const read = this.jobs.get(kind) as ReadPage<OwedJob<K>> | undefined;
    return read === undefined ? Promise.resolve([]) : read(afterId);
  }

  pendingSets(afterId: string): Promise<PendingSet[]> {
    return this.sets(afterId);
  }
}
