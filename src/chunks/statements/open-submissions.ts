import type { Kysely } from 'kysely';
import { batchRows, runStatement } from '../../database/run-statement.js';
import type { Schema, StrategyName, SubmissionProvider } from '../../database/schema.js';

export interface SubmissionRef {
  submissionId: string;
  chunkId: string;
}

export interface NewSubmission {
  id: string;
  chunkId: string;
  conversationId: string;
  attempt: number;
  provider: SubmissionProvider;
  /** Both null where the provider responds with the transcript. */
  strategy: StrategyName | null;
  audioUrlHash: string | null;
  /** How long no other process may conclude that the submit failed; 0 before it is sent. */
  leaseMs: number;
}

const OPEN_SUBMISSIONS = `
  with batch as (
    select batch_row.*
    from unnest($1::integer[]) as row_index, jsonb_to_record($2::jsonb -> row_index) as batch_row (id uuid, chunk_id uuid,
      conversation_id uuid, attempt integer, provider text, strategy text, audio_url_hash text, lease_ms integer)
  ),
  locked as materialized (
    select id from chunks where id in (select chunk_id from batch) order by id for no key update
  ),
  claimed as (
    update chunks as c set submission_id = batch.id from batch, locked
    where c.id = locked.id and c.id = batch.chunk_id and c.attempt = batch.attempt and c.status is not distinct from 'queued'
      and not exists (
        -- The offset keeps this a subquery per chunk: a join would read all open submissions.
        select from submissions as s where s.chunk_id = c.id and s.status in ('created', 'submitted') offset 0
      )
    returning batch.*
  )
  insert into submissions (id, chunk_id, conversation_id, provider, strategy, audio_url_hash, lease_until)
  select id, chunk_id, conversation_id, provider, strategy, audio_url_hash,
    now() + lease_ms * interval '1 millisecond' from claimed
  returning id`;

/**
 * Records each submission as its chunk's current one, where the chunk is queued in that attempt and
 * has no open submission.
 *
 * @returns for each submission whether it was recorded, in the order of `submissions`
 * @throws DatabaseError (23505) when another submission for one of the chunks was committed
 * meanwhile
 */
export async function openSubmissions(
  db: Kysely<Schema>,
  submissions: readonly NewSubmission[],
): Promise<boolean[]> {
  const rowsToWrite = submissions.map((submission) => ({
    id: submission.id,
    chunk_id: submission.chunkId,
    conversation_id: submission.conversationId,
    attempt: submission.attempt,
    provider: submission.provider,
    strategy: submission.strategy,
    audio_url_hash: submission.audioUrlHash,
    lease_ms: submission.leaseMs,
  }));
  const opened = await runStatement<{ id: string }>(db, OPEN_SUBMISSIONS, await batchRows(rowsToWrite));
  const ids = new Set(opened.map(({ id }) => id));
  return submissions.map(({ id }) => ids.has(id));
}
