import type { Kysely } from 'kysely';
import { batchRows, jsonText, runStatement } from '../../database/run-statement.js';
import type { Schema } from '../../database/schema.js';
import { storableText } from '../../database/storable.js';
import type { DetectedLanguage, FirstStageText, StorableWindow } from '../texts.js';
import type { SubmissionRef } from './open-submissions.js';

export interface RecordedText extends SubmissionRef, FirstStageText {
  detected?: DetectedLanguage;
}

/**
 * `allowed`: the setting at the time of storing decides whether a text may be stored, because
 * redaction may have been turned on after the text was requested. `revisions`: a text does not
 * replace that of a person, and is stored beside it. `languages`: counts the languages of the
 * conversations; every process changes these rows in the same order. `windows`: a recording that is
 * corrected as a whole has none. `audio_seconds`: a length that was measured from the file is more
 * exact than the provider's, and stays.
 */
const RECORD_TEXTS = `
  with batch as (
    select batch_row.id, batch_row.transcript, batch_row.diarization::json, batch_row.redaction, batch_row.is_redacted,
      batch_row.language, batch_row.confidence, batch_row.audio_seconds, batch_row.windows
    from unnest($1::integer[]) as row_index, jsonb_to_record($2::jsonb -> row_index) as batch_row (id uuid, transcript text,
      diarization text, redaction jsonb, is_redacted boolean, language text, confidence real, audio_seconds double precision,
      windows jsonb)
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
    update chunks as c set status = 'correcting', transcript = case when c.edited_at is null then batch.transcript else c.transcript end,
      redaction = case when c.edited_at is null then batch.redaction else c.redaction end, diarization = batch.diarization,
      model = case when c.edited_at is null then null else c.model end,
      prompt_version = case when c.edited_at is null then null else c.prompt_version end,
      audio_seconds = coalesce(c.audio_seconds, batch.audio_seconds),
      revision = c.revision + (batch.transcript is not null)::integer, transcribed_at = now(), error = null, error_code = null
    from moved join batch on batch.id = moved.id
    where c.id = moved.chunk_id and c.submission_id = moved.id and c.status is not distinct from 'transcribing'
    returning c.id, c.submission_id, c.revision, batch.transcript, c.edited_at, batch.windows, batch.is_redacted
  ),
  windows as (
    insert into correction_windows (chunk_id, submission_id, ordinal, start_ms, end_ms, first_word, last_word, text, is_redacted)
    select id, submission_id, w.ordinal, w.start_ms, w.end_ms, w.first_word, w.last_word, w.text, is_redacted
    from chunks_changed, jsonb_to_recordset(windows) as w (ordinal integer, start_ms integer, end_ms integer,
      first_word integer, last_word integer, text text)
  ),
  revisions as (
    insert into chunk_revisions (chunk_id, revision, origin, text)
    select id, revision, 'first_stage', transcript from chunks_changed where edited_at is not null and transcript is not null
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
 * submitted -> completed, and transcribing -> correcting, with the first-stage text or, where it
 * must not be stored, without. Changes nothing when the text must be redacted and is not.
 *
 * @returns for each text whether its submission changed, in the order of `texts`
 */
export async function recordTexts(db: Kysely<Schema>, texts: readonly RecordedText[]): Promise<boolean[]> {
  const rowsToWrite = await Promise.all(
    texts.map(
      async ({
        submissionId: id,
        transcript,
        diarization,
        audioSeconds,
        redaction,
        isRedacted,
        detected,
        windows,
      }) => ({
        id,
        transcript,
        audio_seconds: audioSeconds,
        diarization: await jsonText(diarization),
        redaction,
        is_redacted: isRedacted,
        windows: windows?.map(windowColumns),
        ...detected,
      }),
    ),
  );
  const rows = await runStatement<{ id: string }>(db, RECORD_TEXTS, await batchRows(rowsToWrite));
  const moved = new Set(rows.map(({ id }) => id));
  return texts.map(({ submissionId }) => moved.has(submissionId));
}

/** Columns of a window; its position in the list is its ordinal. */
export function windowColumns(window: StorableWindow, ordinal: number) {
  const { startMs, endMs, firstWord, lastWord, text } = window;
  return {
    ordinal,
    start_ms: startMs,
    end_ms: endMs,
    first_word: firstWord,
    last_word: lastWord,
    text: text === null ? null : storableText(text),
  };
}
