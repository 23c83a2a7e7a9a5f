import type { Kysely } from 'kysely';
import { batchRows, jsonText, runStatement } from '../../database/run-statement.js';
import type { Schema } from '../../database/schema.js';
import type { FirstStageText, Heard } from '../texts.js';
import type { SubmissionRef } from './open-submissions.js';

export interface RecordedText extends SubmissionRef, FirstStageText {
  heard?: Heard;
}

/**
 * `allowed`: whether a text may be stored is a matter of the setting that holds now, as redaction
 * may have been turned on after the text was asked for. `languages`: counted among those of their
 * conversations, in one order for all who do.
 */
const RECORD_TEXTS = `
  with given as (
    select given_row.id, given_row.transcript, given_row.diarization::json, given_row.redaction, given_row.is_redacted,
      given_row.language, given_row.confidence
    from unnest($1::integer[]) as place, jsonb_to_record($2::jsonb -> place) as given_row (id uuid, transcript text,
      diarization text, redaction jsonb, is_redacted boolean, language text, confidence real)
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
    update chunks as c set status = 'correcting', transcript = given.transcript, diarization = given.diarization,
      redaction = given.redaction, transcribed_at = now(), error = null, error_code = null
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
 * submitted -> completed, and transcribing -> correcting with the first-stage text, or without it
 * where it must not be stored. Not with a text that must be redacted and is not.
 *
 * @returns for each whether it happened, in their order
 */
export async function recordTexts(db: Kysely<Schema>, texts: readonly RecordedText[]): Promise<boolean[]> {
  const given = await Promise.all(
    texts.map(async ({ submissionId: id, transcript, diarization, redaction, isRedacted, heard }) => ({
      id,
      transcript,
      diarization: await jsonText(diarization),
      redaction,
      is_redacted: isRedacted,
      ...heard,
    })),
  );
  const rows = await runStatement<{ id: string }>(db, RECORD_TEXTS, await batchRows(given));
  const moved = new Set(rows.map(({ id }) => id));
  return texts.map(({ submissionId }) => moved.has(submissionId));
}
