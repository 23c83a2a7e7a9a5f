import type { Kysely } from 'kysely';
import { batchRows, runStatement } from '../../database/run-statement.js';
import type { RedactionPass, Schema } from '../../database/schema.js';
import { storableText } from '../../database/storable.js';
import { finalTextColumns, type FinalText, type ModelUse } from '../texts.js';
import type { SubmissionRef } from './open-submissions.js';

/** Identifies a window and its round among the corrections of a submission's text. */
export interface WindowRef extends SubmissionRef {
  /** From 0. */
  ordinal: number;
  /** From 1. */
  round: number;
  /** Number of windows of the chunk. */
  windows: number;
}

/** The result of a window. */
export interface WindowResult extends WindowRef {
  status: 'corrected' | 'uncorrected';
  /** Corrected text; null where there is none, or where it is that of the whole chunk. */
  transcript: string | null;
  note?: string | null;
  error?: string | null;
  errorCode?: string | null;
  usedAudio: boolean;
  /** Why the sound was not used, for people. */
  audioOmitted?: string | null;
  modelUse?: ModelUse;
  redaction?: RedactionPass[];
  /** Whether the text may be stored when redaction is requested. */
  isRedacted: boolean;
}

/** The text of a chunk whose windows have all settled. */
export interface CompletedText extends FinalText {
  /** Whether the first stage's answer, which the chunk stores so far, is kept as `data.raw`. */
  keepsRaw: boolean;
}

export interface SettledWindow extends WindowResult {
  /** Undefined while another window of the chunk is pending. */
  completes?: CompletedText;
}

/**
 * `allowed`: the setting at the time of storing decides whether a text may be stored, as
 * `record-texts.ts` explains with `revisions`. The window must be pending in that round, or be the
 * only one and without a row. The chunk is completed if, and only if, no other window is pending.
 */
const SETTLE_WINDOWS = `
  with batch as (
    select batch_row.id, batch_row.chunk_id, batch_row.ordinal, batch_row.round, batch_row.windows, batch_row.status,
      batch_row.window_transcript, batch_row.note, batch_row.error, batch_row.error_code, batch_row.used_audio,
      batch_row.audio_omitted, batch_row.model, batch_row.prompt_version, batch_row.input_tokens, batch_row.output_tokens,
      batch_row.window_redaction, batch_row.is_redacted, batch_row.transcript, batch_row.diarization::json, batch_row.redaction,
      batch_row.final_model, batch_row.final_prompt_version, batch_row.keeps_raw
    from unnest($1::integer[]) as row_index, jsonb_to_record($2::jsonb -> row_index) as batch_row (id uuid, chunk_id uuid,
      ordinal integer, round integer, windows integer, status text, window_transcript text, note text, error text,
      error_code text, used_audio boolean, audio_omitted text, model text, prompt_version text, input_tokens integer,
      output_tokens integer, window_redaction jsonb, is_redacted boolean, transcript text, diarization text, redaction jsonb,
      final_model text, final_prompt_version text, keeps_raw boolean)
  ),
  locked as materialized (
    select id, conversation_id, submission_id, status, redact_pii from chunks where id in (select chunk_id from batch)
    order by id for no key update
  ),
  allowed as materialized (
    select batch.id, batch.chunk_id from batch join locked on locked.id = batch.chunk_id
      join conversations as v on v.id = locked.conversation_id
      cross join lateral (
        select count(*) as count, count(*) filter (where w.status = 'pending' and w.ordinal <> batch.ordinal) as others,
          count(*) filter (where w.status = 'pending' and w.ordinal = batch.ordinal and w.round = batch.round) as own
        from correction_windows as w where w.chunk_id = batch.chunk_id and w.submission_id = batch.id
      ) as pending
    where locked.submission_id = batch.id and locked.status is not distinct from 'correcting'
      and (batch.is_redacted or not (coalesce(locked.redact_pii, v.redact_pii) or v.anonymize))
      and greatest(pending.count, 1) = batch.windows
      and (pending.own = 1 or pending.count = 0 and batch.round = 1)
      and (pending.others = 0) = (batch.transcript is not null)
  ),
  settled as (
    insert into correction_windows as w (chunk_id, submission_id, ordinal, status, is_redacted, transcript, note, error, error_code,
      model, prompt_version, used_audio, audio_omitted, input_tokens, output_tokens, redaction, settled_at)
    select batch.chunk_id, batch.id, batch.ordinal, batch.status, batch.is_redacted, batch.window_transcript, batch.note, batch.error,
      batch.error_code, batch.model, batch.prompt_version, batch.used_audio, batch.audio_omitted, batch.input_tokens,
      batch.output_tokens, batch.window_redaction, now()
    from batch join allowed on allowed.chunk_id = batch.chunk_id
    on conflict (chunk_id, submission_id, ordinal) do update set status = excluded.status, is_redacted = excluded.is_redacted,
      transcript = excluded.transcript, note = excluded.note, error = excluded.error, error_code = excluded.error_code,
      model = excluded.model, prompt_version = excluded.prompt_version, used_audio = excluded.used_audio,
      audio_omitted = excluded.audio_omitted, input_tokens = w.input_tokens + excluded.input_tokens,
      output_tokens = w.output_tokens + excluded.output_tokens, redaction = excluded.redaction, settled_at = now()
    where w.status = 'pending'
    returning w.chunk_id
  ),
  counted as (
    update chunks as c set input_tokens = c.input_tokens + batch.input_tokens, output_tokens = c.output_tokens + batch.output_tokens
    from batch join settled on settled.chunk_id = batch.chunk_id where c.id = batch.chunk_id and batch.transcript is null
    returning c.submission_id
  ),
  changed as (
    update chunks as c set status = 'completed', transcript = case when c.edited_at is null then batch.transcript else c.transcript end,
      model = case when c.edited_at is null then batch.final_model else c.model end,
      prompt_version = case when c.edited_at is null then batch.final_prompt_version else c.prompt_version end,
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
    from batch join settled on settled.chunk_id = batch.chunk_id where c.id = batch.chunk_id and batch.transcript is not null
    returning c.id, c.submission_id, c.revision, batch.transcript, c.edited_at,
      case when batch.final_model is null then 'first_stage' else 'correction' end as origin
  ),
  revisions as (
    insert into chunk_revisions (chunk_id, revision, origin, text)
    select id, revision, origin, transcript from changed where edited_at is not null
  )
  select submission_id as id from counted union all select submission_id from changed`;

/**
 * pending -> corrected | uncorrected, and with the last pending window correcting -> completed. The
 * first stage's answer, from which the text was made, stays in the database and is not sent back
 * and forth. A text made before redaction was requested is not stored.
 *
 * The caller has locked a chunk with several windows, by a statement before this one: a statement
 * that waits for the lock does not see a window that was settled meanwhile.
 *
 * @param windows no two of the same chunk
 * @returns for each window whether it changed, in the order of `windows`
 */
export async function settleWindows(
  db: Kysely<Schema>,
  windows: readonly SettledWindow[],
): Promise<boolean[]> {
  const rowsToWrite = await Promise.all(windows.map(columnsOf));
  const rows = await runStatement<{ id: string }>(db, SETTLE_WINDOWS, await batchRows(rowsToWrite));
  const settled = new Set(rows.map(({ id }) => id));
  return windows.map(({ submissionId }) => settled.has(submissionId));
}

async function columnsOf({ submissionId: id, chunkId: chunk_id, completes, ...window }: SettledWindow) {
  const { model, promptVersion, inputTokens = 0, outputTokens = 0 } = window.modelUse ?? {};
  return {
    ...(completes !== undefined && (await completedColumns(completes))),
    id,
    chunk_id,
    ordinal: window.ordinal,
    round: window.round,
    windows: window.windows,
    status: window.status,
    window_transcript: window.transcript,
    note: window.note,
    error: window.error && storableText(window.error),
    error_code: window.errorCode,
    used_audio: window.usedAudio,
    audio_omitted: window.audioOmitted,
    model,
    prompt_version: promptVersion,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    window_redaction: window.redaction,
    is_redacted: window.isRedacted,
  };
}

async function completedColumns({ keepsRaw: keeps_raw, ...text }: CompletedText) {
  const { transcript, diarization, redaction, model, prompt_version } = await finalTextColumns(text);
  return {
    transcript,
    diarization,
    redaction,
    final_model: model,
    final_prompt_version: prompt_version,
    keeps_raw,
  };
}
