import { Injectable } from '@nestjs/common';
import type { JobData, JobKind } from '../queues/job-catalogue.js';

/** A page of owed work: small enough for one bulk of jobs, and for a short statement. */
export const OWED_PAGE = 500;

export interface OwedJob<K extends JobKind> {
  /** Pages are in the order of these. */
  id: string;
  data: JobData[K];
  /** It may sleep for a callback. */
  awaitsCallback?: boolean;
}

export interface PendingSet {
  conversationId: string;
  chunkIds: string[];
}

/** Reads up to `OWED_PAGE` rows by id, after the last one of the page before. */
export type ReadPage<T> = (afterId: string) => Promise<T[]>;

/**
 * Collects the work that the record says is owed. The owners of the record register it, as they
 * register readiness and metrics, and the reconciler restores it.
 */
@Injectable()
export class OwedWork {
  private readonly jobs = new Map<JobKind, ReadPage<OwedJob<JobKind>>>();
  private sets: ReadPage<PendingSet> = () => Promise.resolve([]);

  register<K extends JobKind>(kind: K, read: ReadPage<OwedJob<K>>): void {
    this.jobs.set(kind, read);
  }

  /** @param read conversations with unsettled chunks, and which those are */
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
