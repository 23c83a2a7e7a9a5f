import type { Kysely } from 'kysely';
import { runStatement } from '../../database/run-statement.js';
import type { Schema } from '../../database/schema.js';

export interface RecordedCallback {
  submissionId: string;
  transcriptId: string;
}

/** `$1` submissions, `$2` transcript ids of their last callbacks, `$3` numbers of callbacks. */
const RECORD_CALLBACKS = `
  with batch as (
    select * from unnest($1::uuid[], $2::text[], $3::integer[]) as t(id, transcript_id, count)
  ),
  locked as materialized (
    select id from submissions where id in (select id from batch) order by id for no key update
  )
  update submissions as s set callbacks = s.callbacks + batch.count,
    callback_transcript_id = case when s.transcript_id is null then batch.transcript_id end
  from batch, locked where s.id = batch.id and s.id = locked.id
    and (s.status is not distinct from 'created' or s.status is not distinct from 'submitted')
  returning s.id`;

/**
 * Records callbacks on their open submissions (rule K1): the counter that a check reads before it
 * sleeps, and the transcript id, where it is unknown, as a claim to be verified.
 *
 * @returns for each callback whether its submission is open, in the order of `callbacks`
 */
export async function recordCallbacks(
  db: Kysely<Schema>,
  callbacks: readonly RecordedCallback[],
): Promise<boolean[]> {
  const bySubmission = new Map<string, { transcriptId: string; count: number }>();
  for (const { submissionId, transcriptId } of callbacks) {
    bySubmission.set(submissionId, { transcriptId, count: (bySubmission.get(submissionId)?.count ?? 0) + 1 });
  }
  const values = [...bySubmission.values()];
  const rows = await runStatement<{ id: string }>(db, RECORD_CALLBACKS, [
    [...bySubmission.keys()],
    values.map(({ transcriptId }) => transcriptId),
    values.map(({ count }) => count),
  ]);
  const recorded = new Set(rows.map(({ id }) => id));
  return callbacks.map(({ submissionId }) => recorded.has(submissionId));
}
