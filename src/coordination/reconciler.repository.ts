import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import type { StrategyName } from '../database/schema.js';
import {
  OPEN_SUBMISSION_STATUSES,
  OPEN_SUBMISSIONS,
  UNSETTLED_CHUNK_STATUSES,
  UNSETTLED_CHUNKS,
} from '../chunks/states.js';

/** A page of owed work: small enough for one bulk of jobs, and for a short statement. */
export const RECONCILE_PAGE = 500;

export interface OwedSubmit {
  id: string;
  attempt: number;
}

export interface OwedCheck {
  id: string;
  strategy: StrategyName | null;
}

export interface OwedCorrection {
  id: string;
  submissionId: string | null;
}

export interface OwedDelivery {
  id: string;
  round: number;
}

export interface PendingSet {
  conversationId: string;
  chunkIds: string[];
}

/** What the record says is owed. Every list is paged by id: `afterId` is the last one of the page before. */
@Injectable()
export class ReconcilerRepository {
  constructor(private readonly database: Database) {}

  /** Queued chunks without an open submission owe a submit. */
  async owedSubmits(afterId: string): Promise<OwedSubmit[]> {
    return this.database
      .selectFrom('chunks')
      .select(['id', 'attempt'])
      .where('status', '=', 'queued')
      .where(
        sql<boolean>`not exists (select from submissions where submissions.chunk_id = chunks.id
          and submissions.status in ${sql.raw(OPEN_SUBMISSIONS)})`,
      )
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(RECONCILE_PAGE)
      .execute();
  }

  /** Open submissions that are looked at owe a check. */
  async owedChecks(afterId: string): Promise<OwedCheck[]> {
    return this.database
      .selectFrom('submissions')
      .select(['id', 'strategy'])
      .where('status', 'in', [...OPEN_SUBMISSION_STATUSES])
      .where('provider', '=', 'assemblyai')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(RECONCILE_PAGE)
      .execute();
  }

  /** The others owe their request, or what is to be concluded from one that brought no answer. */
  async owedRequests(afterId: string): Promise<{ id: string }[]> {
    return this.database
      .selectFrom('submissions')
      .select('id')
      .where('status', 'in', [...OPEN_SUBMISSION_STATUSES])
      .where('provider', '<>', 'assemblyai')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(RECONCILE_PAGE)
      .execute();
  }

  async owedCorrections(afterId: string): Promise<OwedCorrection[]> {
    return this.database
      .selectFrom('chunks')
      .select(['id', 'submission_id as submissionId'])
      .where('status', '=', 'correcting')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(RECONCILE_PAGE)
      .execute();
  }

  /** Finished conversations whose chunks have all settled, and that are not merged, owe a finalisation. */
  async owedFinalizations(afterId: string): Promise<{ id: string }[]> {
    return this.database
      .selectFrom('conversations')
      .select('id')
      .where('merge_needed', '=', true)
      .where('status', '<>', 'open')
      .where(
        sql<boolean>`not exists (select from chunks where chunks.conversation_id = conversations.id
          and chunks.status in ${sql.raw(UNSETTLED_CHUNKS)})`,
      )
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(RECONCILE_PAGE)
      .execute();
  }

  async owedSummaries(afterId: string): Promise<{ id: string }[]> {
    return this.database
      .selectFrom('conversations')
      .select('id')
      .where('summary_status', '=', 'pending')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(RECONCILE_PAGE)
      .execute();
  }

  /** Deliveries of events that have not come to an end. */
  async owedDeliveries(afterId: string): Promise<OwedDelivery[]> {
    return this.database
      .selectFrom('event_deliveries')
      .select(['id', 'round'])
      .where('status', '=', 'pending')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(RECONCILE_PAGE)
      .execute();
  }

  /** Conversations with unsettled chunks, and which those are. */
  async pendingSets(afterId: string): Promise<PendingSet[]> {
    return this.database
      .selectFrom('chunks')
      .select(['conversation_id as conversationId', sql<string[]>`array_agg(id)`.as('chunkIds')])
      .where('status', 'in', [...UNSETTLED_CHUNK_STATUSES])
      .where('conversation_id', '>', afterId)
      .groupBy('conversation_id')
      .orderBy('conversation_id')
      .limit(RECONCILE_PAGE)
      .execute();
  }
}
