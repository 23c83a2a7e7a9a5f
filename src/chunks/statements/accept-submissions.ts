import type { Kysely } from 'kysely';
import { batchRows, runStatement } from '../../database/run-statement.js';
import type { Schema } from '../../database/schema.js';
import type { SubmissionRef } from './open-submissions.js';

export interface AcceptedSubmission extends SubmissionRef {
  /** The provider's id. */
  transcriptId: string;
}

const ACCEPT_SUBMISSIONS = `
  with given as (
    select given_row.*
    from unnest($1::integer[]) as place, jsonb_to_record($2::jsonb -> place) as given_row (id uuid, transcript_id text)
  ),
  locked as materialized (
    select id from submissions where id in (select id from given) order by id for no key update
  ),
  moved as (
    update submissions as s set status = 'submitted', transcript_id = given.transcript_id, submitted_at = now(),
      failed_looks = 0
    from given, locked where s.id = given.id and s.id = locked.id and s.status is not distinct from 'created'
    returning s.id, s.chunk_id
  ),
  chunks_changed as (
    update chunks as c set status = 'transcribing', submitted_at = now(), failed_submits = 0
    from moved where c.id = moved.chunk_id and c.submission_id = moved.id and c.status is not distinct from 'queued'
  )
  select id from moved`;

/**
 * created -> submitted, and queued -> transcribing: the provider took the recordings.
 *
 * @returns for each whether it happened, in their order
 * @throws DatabaseError (23505) when one of the ids belongs to another submission
 */
export async function acceptSubmissions(
  db: Kysely<Schema>,
  accepted: readonly AcceptedSubmission[],
): Promise<boolean[]> {
  const given = accepted.map(({ submissionId: id, transcriptId }) => ({ id, transcript_id: transcriptId }));
  const rows = await runStatement<{ id: string }>(db, ACCEPT_SUBMISSIONS, await batchRows(given));
  const moved = new Set(rows.map(({ id }) => id));
  return accepted.map(({ submissionId }) => moved.has(submissionId));
}
