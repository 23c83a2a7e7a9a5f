import type { Kysely } from 'kysely';
import { runStatement } from '../../database/run-statement.js';
import type { Schema } from '../../database/schema.js';

/**
 * `$1` submission, `$2` lease in milliseconds. Keeps `failed_submits`: the answer may be unusable.
 */
const CLAIM_SUBMISSION = `
  with moved as (
    update submissions as s set status = 'submitted', submitted_at = now(),
      lease_until = now() + $2::integer * interval '1 millisecond'
    where s.id = $1::uuid and s.status is not distinct from 'created'
    returning s.id, s.chunk_id
  ),
  chunks_changed as (
    update chunks as c set status = 'transcribing', submitted_at = now()
    from moved where c.id = moved.chunk_id and c.submission_id = moved.id and c.status is not distinct from 'queued'
  )
  select id from moved`;

/** created -> submitted, queued -> transcribing. @returns whether the submission changed */
export async function claimSubmission(db: Kysely<Schema>, id: string, leaseMs: number): Promise<boolean> {
  const claimed = await runStatement<{ id: string }>(db, CLAIM_SUBMISSION, [id, leaseMs]);
  return claimed.length > 0;
}
