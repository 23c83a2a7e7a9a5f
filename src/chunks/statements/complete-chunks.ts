import type { Kysely } from 'kysely';
import { batchRows, runStatement } from '../../database/run-statement.js';
import type { Schema } from '../../database/schema.js';
import { finalTextColumns, type FinalText } from '../texts.js';
import type { SubmissionRef } from './open-submissions.js';

export interface CorrectedChunk extends SubmissionRef, FinalText {
  /** Whether the first stage's answer, which the chunk stores so far, is kept as `data.raw`. */
  keepsRaw: boolean;
}

/**
 * The setting at the time of storing decides whether a text may be stored. `record-texts.ts`
 * explains this and `revisions`.
 */
const COMPLETE_CHUNKS = `
  with batch as (
    select batch_row.id, batch_row.transcript, batch_row.diarization::json, batch_row.redaction, batch_row.is_redacted,
      batch_row.model, batch_row.prompt_version, batch_row.input_tokens, batch_row.output_tokens, batch_row.chunk_id,
      batch_row.keeps_raw
    from unnest($1::integer[]) as row_index, jsonb_to_record($2::jsonb -> row_index) as batch_row (id uuid, transcript text,
      diarization text, redaction jsonb, is_redacted boolean, model text, prompt_version text, input_tokens integer,
      output_tokens integer, chunk_id uuid, keeps_raw boolean)
  ),
  locked as materialized (
    select id, conversation_id from chunks where id in (select chunk_id from batch) order by id for no key update
  ),
  changed as (
    update chunks as c set status = 'completed', transcript = case when c.edited_at is null then batch.transcript else c.transcript end,
      model = case when c.edited_at is null then batch.model else c.model end,
      prompt_version = case when c.edited_at is null then batch.prompt_version else c.prompt_version end,
      revision = c.revision + 1, input_tokens = c.input_tokens + batch.input_tokens,
      output_tokens = c.output_tokens + batch.output_tokens, transcribed_at = coalesce(c.transcribed_at, now()),
      completed_at = now(), failed_submits = 0, error = null, error_code = null,
      diarization = case when batch.keeps_raw then json_build_object(
          'schema', batch.diarization -> 'schema',
          'data', json_build_object(
            'note', batch.diarization #> '{data,note}',
            'raw', coalesce(c.diarization -> 'data', '{}'),
            'error', batch.diarization #> '{data,error}'))
        else batch.diarization end,
      redaction = case when batch.redaction is null or c.edited_at is not null then c.redaction
        else coalesce(c.redaction, '[]') || batch.redaction end
    from batch, locked, conversations as v
    where c.id = locked.id and c.id = batch.chunk_id and c.submission_id = batch.id and c.status is not distinct from 'correcting'
      and v.id = locked.conversation_id and (batch.is_redacted or not (coalesce(c.redact_pii, v.redact_pii) or v.anonymize))
    returning c.id, c.submission_id, c.revision, batch.transcript, c.edited_at,
      case when batch.diarization #>> '{data,error}' is null then 'correction' else 'first_stage' end as origin
  ),
  revisions as (
    insert into chunk_revisions (chunk_id, revision, origin, text)
    select id, revision, origin, transcript from changed where edited_at is not null
  )
  select submission_id as id from changed`;

/**
 * correcting -> completed. The first stage's answer, from which the text was made, stays in the
 * database and is not sent back and forth. A text made before redaction was requested is not
 * stored.
 *
 * @returns for each chunk whether it changed, in the order of `chunks`
 */
export async function completeChunks(
  db: Kysely<Schema>,
  chunks: readonly CorrectedChunk[],
): Promise<boolean[]> {
  const rowsToWrite = await Promise.all(
    chunks.map(async (chunk) => ({
      id: chunk.submissionId,
      chunk_id: chunk.chunkId,
      keeps_raw: chunk.keepsRaw,
      ...(await finalTextColumns(chunk)),
    })),
  );
  const rows = await runStatement<{ id: string }>(db, COMPLETE_CHUNKS, await batchRows(rowsToWrite));
  const completed = new Set(rows.map(({ id }) => id));
  return chunks.map(({ submissionId }) => completed.has(submissionId));
}
