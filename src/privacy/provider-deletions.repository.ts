import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { ENDED_SUBMISSIONS, SETTLED_CHUNKS } from '../chunks/states.js';
import { Database } from '../database/database.js';
import type { DeletionEvidence, StrategyName } from '../database/schema.js';
import { storableText } from '../database/storable.js';

/** A copy at the provider that must be deleted. */
export interface ProviderDeletion {
  submissionId: string;
  strategy: StrategyName;
  /** Null: the answer to the submit was lost, and the transcript must be searched for first. */
  transcriptId: string | null;
  audioUrlHash: string;
  createdAt: Date;
  /** Tries that failed so far. */
  attempts: number;
}

export interface PendingDeletions {
  pending: number;
  /** Age of the oldest request; 0 when there is none. */
  oldestSeconds: number;
}

/**
 * Copies at the provider that must be deleted or were deleted.
 *
 * - pending: requested; retried until it is done
 * - deleted: gone, with the evidence
 */
@Injectable()
export class ProviderDeletionsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Requests the deletion of copies that are no longer needed: those of ended submissions whose
   * chunk has settled or has moved on to another submission. The copy of a chunk in correction
   * stays, as the correction of an anonymized chunk reads it.
   *
   * @returns how many, `limit` at most
   */
  async requestSettled(limit: number): Promise<number> {
    const { rows } = await sql<{ id: string }>`
      with due as (
        select s.id from submissions s join chunks c on c.id = s.chunk_id
        where s.provider_deletion_requested_at is null and s.status in ${sql.raw(ENDED_SUBMISSIONS)}
          and (c.submission_id is distinct from s.id or c.status in ${sql.raw(SETTLED_CHUNKS)})
        order by s.id limit ${limit} for update of s skip locked
      ), marked as (
        update submissions s set provider_deletion_requested_at = now() from due where s.id = due.id returning s.*
      ), asked as (
        insert into provider_deletions
          (submission_id, chunk_id, conversation_id, strategy, transcript_id, audio_url_hash, submission_created_at)
        select id, chunk_id, conversation_id, strategy, transcript_id, audio_url_hash, created_at from marked
        where provider = 'assemblyai' and strategy is not null and audio_url_hash is not null
          and (transcript_id is not null or status = 'abandoned')
        on conflict (submission_id) do nothing
      )
      select id from marked`.execute(this.database);
    return rows.length;
  }

  /** @returns deletions whose next try is due, the longest waiting first */
  async due(limit: number): Promise<ProviderDeletion[]> {
    return this.database
      .selectFrom('provider_deletions')
      .select([
        'submission_id as submissionId',
        'strategy',
        'transcript_id as transcriptId',
        'audio_url_hash as audioUrlHash',
        'submission_created_at as createdAt',
        'attempts',
      ])
      .where('status', '=', 'pending')
      .where('next_attempt_at', '<=', sql<Date>`now()`)
      .orderBy('next_attempt_at')
      .limit(limit)
      .execute();
  }

  /**
   * Stores the transcript id of a submit whose answer was lost. This happens before the deletion,
   * so that a crash does not lose it again.
   */
  async noteTranscript(submissionId: string, transcriptId: string): Promise<void> {
    await this.database
      .updateTable('provider_deletions')
      .set({ transcript_id: transcriptId })
      .where('submission_id', '=', submissionId)
      .where('transcript_id', 'is', null)
      .execute();
  }

  /** Changes pending to deleted. */
  async end(submissionId: string, evidence: DeletionEvidence): Promise<void> {
    await this.database
      .updateTable('provider_deletions')
      .set({ status: 'deleted', evidence, deleted_at: sql<Date>`now()`, error: null })
      .where('submission_id', '=', submissionId)
      .where('status', '=', 'pending')
      .execute();
  }

  /** Keeps the deletion pending; the next try is due in `pauseMs`. */
  async postpone(
    submissionId: string,
    { pauseMs, reason }: { pauseMs: number; reason: string },
  ): Promise<void> {
    await this.database
      .updateTable('provider_deletions')
      .set({
        attempts: sql<number>`attempts + 1`,
        next_attempt_at: sql<Date>`now() + ${pauseMs} * interval '1 millisecond'`,
        error: storableText(reason),
      })
      .where('submission_id', '=', submissionId)
      .where('status', '=', 'pending')
      .execute();
  }

  /**
   * Whether other submissions have the same URL, so that it does not identify their transcripts.
   */
  async isSharedUrl({ submissionId, audioUrlHash }: ProviderDeletion): Promise<boolean> {
    const row = await this.database
      .selectFrom('submissions')
      .select('id')
      .where('audio_url_hash', '=', audioUrlHash)
      .where('id', '<>', submissionId)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  async pending(): Promise<PendingDeletions> {
    return this.database
      .selectFrom('provider_deletions')
      .select(({ fn }) => [
        fn.countAll<number>().as('pending'),
        sql<number>`coalesce(extract(epoch from now() - min(requested_at)), 0)::double precision`.as(
          'oldestSeconds',
        ),
      ])
      .where('status', '=', 'pending')
      .executeTakeFirstOrThrow();
  }
}
