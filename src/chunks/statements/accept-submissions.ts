import type { Kysely } from 'kysely';
import { batchRows, runStatement } from '../../database/run-statement.js';
import type { Schema } from '../../database/schema.js';
import type { SubmissionRef } from './open-submissions.js';

export interface AcceptedSubmission extends SubmissionRef {
  /** The provider's id. */
  transcriptId: string;
}

const ACCEPT_SUBMISSIONS = `
  with batch as (
    select batch_row.*
    from unnest($1::integer[]) as row_index, jsonb_to_record($2::jsonb -> row_index) as batch_row (id uuid, transcript_id text)
  ),
  locked as materialized (
    select id from submissions where id in (select id from batch) order by id for no key update
  ),
  moved as (
    update submissions as s set status = 'submitted', transcript_id = batch.transcript_id, submitted_at = now(),
      failed_checks = 0
    from batch, locked where s.id = batch.id and s.id = locked.id and s.status is not distinct from 'created'
    returning s.id, s.chunk_id
  ),
  chunks_changed as (
    update chunks as c set status = 'transcribing', submitted_at = now(), failed_submits = 0
    from moved where c.id = moved.chunk_id and c.submission_id = moved.id and c.status is not distinct from 'queued'
  )
  select id from moved`;

/**
 * created -> submitted, and queued -> transcribing: the provider accepted the recordings.
 *
 * @returns for each submission whether it changed, in the order of `accepted`
 * @throws DatabaseError (23505) when one of the transcript ids belongs to another submission
 */
export async function acceptSubmissions(
  db: Kysely<Schema>,
  accepted: readonly AcceptedSubmission[],
): Promise<boolean[]> {
  const rowsToWrite = accepted.map(({ submissionId: id, transcriptId }) => ({
    id,
    transcript_id: transcriptId,
  }));
  const rows = await runStatement<{ id: string }>(db, ACCEPT_SUBMISSIONS, await batchRows(rowsToWrite));
  const moved = new Set(rows.map(({ id }) => id));
  return accepted.map(({ submissionId }) => moved.has(submissionId));
}
