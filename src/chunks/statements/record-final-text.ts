import type { Kysely } from 'kysely';
import { batchRows, runStatement } from '../../database/run-statement.js';
import type { Schema } from '../../database/schema.js';
import { finalTextColumns, type FinalText, type DetectedLanguage } from '../texts.js';

/** `record-texts.ts` explains `allowed`, `languages`, `revisions` and `audio_seconds`. */
const RECORD_FINAL_TEXT = `
  with batch as (
    select batch_row.id, batch_row.transcript, batch_row.diarization::json, batch_row.redaction, batch_row.is_redacted,
      batch_row.model, batch_row.prompt_version, batch_row.input_tokens, batch_row.output_tokens,
      batch_row.language, batch_row.confidence, batch_row.audio_seconds
    from unnest($1::integer[]) as row_index, jsonb_to_record($2::jsonb -> row_index) as batch_row (id uuid, transcript text,
      diarization text, redaction jsonb, is_redacted boolean, model text, prompt_version text, input_tokens integer,
      output_tokens integer, language text, confidence real, audio_seconds double precision)
  ),
  locked as materialized (
    select id, chunk_id from submissions where id in (select id from batch) order by id for no key update
  ),
  allowed as materialized (
    with c as materialized (
      select id, conversation_id, redact_pii from chunks where id in (select chunk_id from locked)
      order by id for no key update
    )
    select locked.id from locked join batch on batch.id = locked.id join c on c.id = locked.chunk_id
      join conversations as v on v.id = c.conversation_id
    where (batch.is_redacted or not (coalesce(c.redact_pii, v.redact_pii) or v.anonymize))
  ),
  moved as (
    update submissions as s set status = 'completed', settled_at = now(), lost = false
    from batch, allowed where s.id = batch.id and s.id = allowed.id and s.status is not distinct from 'submitted'
    returning s.id, s.chunk_id, s.conversation_id
  ),
  chunks_changed as (
    update chunks as c set status = 'completed', transcript = case when c.edited_at is null then batch.transcript else c.transcript end,
      redaction = case when c.edited_at is null then batch.redaction else c.redaction end,
      model = case when c.edited_at is null then batch.model else c.model end,
      prompt_version = case when c.edited_at is null then batch.prompt_version else c.prompt_version end,
      revision = c.revision + 1, input_tokens = c.input_tokens + batch.input_tokens,
      output_tokens = c.output_tokens + batch.output_tokens, transcribed_at = coalesce(c.transcribed_at, now()),
      completed_at = now(), failed_submits = 0, error = null, error_code = null, diarization = batch.diarization,
      audio_seconds = coalesce(c.audio_seconds, batch.audio_seconds)
    from moved join batch on batch.id = moved.id
    where c.id = moved.chunk_id and c.submission_id = moved.id and c.status is not distinct from 'transcribing'
    returning c.id, c.revision, batch.transcript, c.edited_at
  ),
  revisions as (
    insert into chunk_revisions (chunk_id, revision, origin, text)
    select id, revision, 'first_stage', transcript from chunks_changed where edited_at is not null
  ),
  languages as (
    insert into conversation_languages (conversation_id, language, confidence, chunks)
    select moved.conversation_id, batch.language, max(batch.confidence), count(*) from moved join batch on batch.id = moved.id
    where batch.language is not null group by 1, 2 order by 1, 2
    on conflict (conversation_id, language) do update set
      confidence = greatest(conversation_languages.confidence, excluded.confidence),
      chunks = conversation_languages.chunks + excluded.chunks
  )
  select id from moved`;

/**
 * submitted -> completed, and transcribing -> completed, for a provider whose text needs no
 * correction. Changes nothing when the text must be redacted and is not.
 *
 * @returns whether the submission changed
 */
export async function recordFinalText(
  db: Kysely<Schema>,
  { submissionId: id, detected, ...text }: { submissionId: string; detected?: DetectedLanguage } & FinalText,
): Promise<boolean> {
  const rowToWrite = { id, ...(await finalTextColumns(text)), ...detected };
  const moved = await runStatement<{ id: string }>(db, RECORD_FINAL_TEXT, await batchRows([rowToWrite]));
  return moved.length > 0;
}
