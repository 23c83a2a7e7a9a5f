import { randomUUID } from 'node:crypto';
import type { OutcomeEffect } from '../fault-types.js';
import { type SubmitParams, submissionOf } from './submit-params.js';
import type { Transcript } from './transcript.js';

export interface ListFilter {
  readonly limit: number;
  readonly status?: string;
  /** YYYY-MM-DD, UTC. */
  readonly createdOn?: string;
  readonly beforeId?: string;
  readonly afterId?: string;
}

const DATE_LENGTH = 'YYYY-MM-DD'.length;

/** Stores every transcript; the real provider also keeps the emptied object of deleted ones. */
export class TranscriptStore {
  private readonly byId = new Map<string, Transcript>();
  private inOrder: Transcript[] = [];

  get size(): number {
    return this.inOrder.length;
  }

  create(params: SubmitParams, outcome: OutcomeEffect | null): Transcript {
    const transcript: Transcript = {
      id: randomUUID(),
      sequence: this.inOrder.length,
      params,
      submission: submissionOf(params.webhookUrl),
      outcome,
      createdAt: Date.now(),
      endedAt: null,
      status: 'queued',
      heard: null,
      error: null,
      throttled: null,
      webhookStatusCode: null,
      deleted: false,
    };
    this.byId.set(transcript.id, transcript);
    this.inOrder.push(transcript);
    return transcript;
  }

  find(id: string): Transcript | undefined {
    return this.byId.get(id);
  }

  /**
   * Returns a page, newest first. With `afterId` it holds the transcripts that follow that one
   * directly.
   *
   * @returns undefined when `beforeId` or `afterId` is unknown
   */
  page(filter: ListFilter): Transcript[] | undefined {
    const before = this.position(filter.beforeId, this.inOrder.length);
    const after = this.position(filter.afterId, -1);
    if (before === undefined || after === undefined) {
      return undefined;
    }
    const upwards = filter.afterId !== undefined;
    const found: Transcript[] = [];
    let position = upwards ? after + 1 : before - 1;
    while (position > after && position < before && found.length < filter.limit) {
      const transcript = this.inOrder[position];
      if (transcript !== undefined && passes(transcript, filter)) {
        found.push(transcript);
      }
      position += upwards ? 1 : -1;
    }
    return upwards ? found.reverse() : found;
  }

  clear(): void {
    this.byId.clear();
    this.inOrder = [];
  }

  private position(id: string | undefined, otherwise: number): number | undefined {
    return id === undefined ? otherwise : this.byId.get(id)?.sequence;
  }
}

const dayOf = ({ createdAt }: Transcript): string => new Date(createdAt).toISOString().slice(0, DATE_LENGTH);

function passes(transcript: Transcript, { status, createdOn }: ListFilter): boolean {
  return (
    (status === undefined || transcript.status === status) &&
    (createdOn === undefined || dayOf(transcript) === createdOn)
  );
}
