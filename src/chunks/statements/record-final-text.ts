import type { Kysely } from 'kysely';
import { batchRows, runStatement } from '../../database/run-statement.js';
import type { Schema } from '../../database/schema.js';
import { finalTextColumns, type FinalText, type Heard } from '../texts.js';

/** `allowed` and `languages` as in `record-texts.ts`. */
const RECORD_FINAL_TEXT = `
  with given as (
    select given_row.id, given_row.transcript, given_row.diarization::json, given_row.redaction, given_row.is_redacted,
      given_row.model, given_row.prompt_version, given_row.input_tokens, given_row.output_tokens,
      given_row.language, given_row.confidence
    from unnest($1::integer[]) as place, jsonb_to_record($2::jsonb -> place) as given_row (id uuid, transcript text,
      diarization text, redaction jsonb, is_redacted boolean, model text, prompt_version text, input_tokens integer,
      output_tokens integer, language text, confidence real)
  ),
  locked as materialized (
    select id, chunk_id from submissions where id in (select id from given) order by id for no key update
  ),
  allowed as materialized (
    with c as materialized (
      select id, conversation_id, redact_pii from chunks where id in (select chunk_id from locked)
      order by id for no key update
    )
    select locked.id from locked join given on given.id = locked.id join c on c.id = locked.chunk_id
      join conversations as v on v.id = c.conversation_id
    where (given.is_redacted or not (coalesce(c.redact_pii, v.redact_pii) or v.anonymize))
  ),
  moved as (
    update submissions as s set status = 'completed', settled_at = now(), lost = false
    from given, allowed where s.id = given.id and s.id = allowed.id and s.status is not distinct from 'submitted'
    returning s.id, s.chunk_id, s.conversation_id
  ),
  chunks_changed as (
    update chunks as c set status = 'completed', transcript = given.transcript, model = given.model,
      prompt_version = given.prompt_version, input_tokens = c.input_tokens + given.input_tokens,
      output_tokens = c.output_tokens + given.output_tokens, transcribed_at = coalesce(c.transcribed_at, now()),
      completed_at = now(), failed_submits = 0, error = null, error_code = null, diarization = given.diarization,
      redaction = given.redaction
    from moved join given on given.id = moved.id
    where c.id = moved.chunk_id and c.submission_id = moved.id and c.status is not distinct from 'transcribing'
  ),
  languages as (
    insert into conversation_languages (conversation_id, language, confidence, chunks)
    select moved.conversation_id, given.language, max(given.confidence), count(*) from moved join given on given.id = moved.id
    where given.language is not null group by 1, 2 order by 1, 2
    on conflict (conversation_id, language) do update set
      confidence = greatest(conversation_languages.confidence, excluded.confidence),
      chunks = conversation_languages.chunks + excluded.chunks
  )
  select id from moved`;

/**
 * submitted -> completed, and transcribing -> completed, where the provider needs no correction.
 * Not with a text that must be redacted and is not.
 *
 * @returns whether it happened
 */
export async function recordFinalText(
  db: Kysely<Schema>,
  { submissionId: id, heard, ...text }: { submissionId: string; heard?: Heard } & FinalText,
): Promise<boolean> {
  const given = { id, ...(await finalTextColumns(text)), ...heard };
  const moved = await runStatement<{ id: string }>(db, RECORD_FINAL_TEXT, await batchRows([given]));
  return moved.length > 0;
}
