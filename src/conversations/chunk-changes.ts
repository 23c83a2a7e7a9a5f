import { sql, type Kysely } from 'kysely';
import { GivenRows, type CarriedRows } from '../database/given-rows.js';
import { prepareStatement } from '../database/prepare-statement.js';
import type { Diarization, RedactionPass, Schema } from '../database/schema.js';
import { storableText } from '../database/storable.js';
import type { ModelUse } from './model-use.js';
import { NOTHING_TO_TRANSCRIBE } from './merge-transcripts.js';

// Transitions that every chunk goes through: of all chunks that are there at once, with one statement. What they mean, and which
// others there are, ChunkTransitions tells.

export interface ChunkOfSubmission {
  chunkId: string;
  submissionId: string;
}

export interface FirstStageText {
  transcript: string | null;
  diarization: Diarization | null;
  /** What was taken out of it before it is stored; not given where nothing was looked for. */
  redaction?: RedactionPass[];
  /** Whether it may be stored where redaction is asked for. */
  isRedacted: boolean;
}

export interface FinalText {
  transcript: string;
  diarization: Diarization;
  /** Of this text, beside those of the first stage. */
  redaction?: RedactionPass[];
  /** Whether it may be stored where redaction is asked for. */
  isRedacted: boolean;
  /** The model that made the text, if one did. */
  modelUse?: ModelUse;
}

export interface CorrectedChunk extends ChunkOfSubmission, FinalText {
  /** Whether the first stage's answer, which the chunk has so far, is kept: as `data.raw`. */
  keepsRaw: boolean;
}

// Parts of the statement that moves the chunk's submission (see moveSubmissions): they read its relations `given` and `moved`.

/** queued -> transcribing: the provider accepted the submissions. */
export const START_TRANSCRIBING = sql`
  update chunks as c set status = 'transcribing', submitted_at = now(), failed_submits = 0
  from moved where c.id = moved.chunk_id and c.submission_id = moved.id and c.status is not distinct from 'queued'`;

/** queued -> transcribing: a request that is answered with the text leaves. Whether it will be good nobody knows yet. */
export const START_REQUEST = sql`
  update chunks as c set status = 'transcribing', submitted_at = now()
  from moved where c.id = moved.chunk_id and c.submission_id = moved.id and c.status is not distinct from 'queued'`;

/** transcribing -> correcting, with the first-stage text, or without it where it must not be stored. */
export const START_CORRECTING = sql`
  update chunks as c set status = 'correcting', transcript = given.transcript, diarization = given.diarization,
    redaction = given.redaction, transcribed_at = now(), error = null, error_code = null
  from moved join given on given.id = moved.id
  where c.id = moved.chunk_id and c.submission_id = moved.id and c.status is not distinct from 'transcribing'`;

const COMPLETED = sql`status = 'completed', transcript = given.transcript, model = given.model,
  prompt_version = given.prompt_version, input_tokens = c.input_tokens + given.input_tokens,
  output_tokens = c.output_tokens + given.output_tokens, transcribed_at = coalesce(c.transcribed_at, now()),
  completed_at = now(), failed_submits = 0, error = null, error_code = null`;

/**
 * Whether a text may be stored, by the setting that holds now: it may have been turned on after the text was asked for. Reads
 * `given`, the locked row `c` of the chunk, and `v` of its conversation.
 */
const MAY_BE_STORED = sql`(given.is_redacted or not (coalesce(c.redact_pii, v.redact_pii) or v.anonymize))`;

/** The part of a statement that moves submissions which keeps back those whose text may not be stored. */
export const WITH_STORABLE_TEXT = sql`
  with c as materialized (
    select id, conversation_id, redact_pii from chunks where id in (select chunk_id from locked) order by id for no key update
  )
  select locked.id from locked join given on given.id = locked.id join c on c.id = locked.chunk_id
    join conversations as v on v.id = c.conversation_id
  where ${MAY_BE_STORED}`;

/** Of final texts as `given` brings them. */
export const FINAL_TEXT_COLUMNS = {
  id: 'uuid',
  transcript: 'text',
  diarization: 'json',
  redaction: 'jsonb',
  is_redacted: 'boolean',
  model: 'text',
  prompt_version: 'text',
  input_tokens: 'integer',
  output_tokens: 'integer',
} as const;

/** transcribing -> completed, with the final text, where the provider needs no correction. */
export const COMPLETE_AT_ONCE = sql`
  update chunks as c set ${COMPLETED}, diarization = given.diarization, redaction = given.redaction
  from moved join given on given.id = moved.id
  where c.id = moved.chunk_id and c.submission_id = moved.id and c.status is not distinct from 'transcribing'`;

export function finalTextRow({ submissionId, ...text }: { submissionId: string } & FinalText) {
  const transcript = storableText(text.transcript).trim();
  const { model, promptVersion, inputTokens = 0, outputTokens = 0 } = text.modelUse ?? {};
  return {
    id: submissionId,
    transcript: transcript === '' ? NOTHING_TO_TRANSCRIBE : transcript,
    diarization: text.diarization,
    redaction: text.redaction,
    is_redacted: text.isRedacted,
    model,
    prompt_version: promptVersion,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
  };
}

function correctedRow(chunk: CorrectedChunk) {
  return { ...finalTextRow(chunk), chunk_id: chunk.chunkId, keeps_raw: chunk.keepsRaw };
}

const CORRECTED = new GivenRows({ ...FINAL_TEXT_COLUMNS, chunk_id: 'uuid', keeps_raw: 'boolean' });

const complete = prepareStatement<CarriedRows, { id: string }>(
  (value) => sql`
    with given as (${CORRECTED.relation(value)}),
    locked as materialized (
      select id, conversation_id from chunks where id in (select chunk_id from given) order by id for no key update
    )
    update chunks as c set ${COMPLETED},
      diarization = case when given.keeps_raw then json_build_object(
          'schema', given.diarization -> 'schema',
          'data', json_build_object(
            'note', given.diarization #> '{data,note}',
            'raw', coalesce(c.diarization -> 'data', '{}'),
            'error', given.diarization #> '{data,error}'))
        else given.diarization end,
      redaction = case when given.redaction is null then c.redaction
        else coalesce(c.redaction, '[]') || given.redaction end
    from given, locked, conversations as v
    where c.id = locked.id and c.id = given.chunk_id and c.submission_id = given.id and c.status is not distinct from 'correcting'
      and v.id = locked.conversation_id and ${MAY_BE_STORED}
    returning c.submission_id as id`,
);

/**
 * correcting -> completed. The answer of the first stage, which the text was made of, stays where it is: it is not sent to and fro.
 * A text that was made before redaction was asked for is not stored.
 *
 * @returns of each whether it happened
 */
export async function completeChunks(
  db: Kysely<Schema>,
  chunks: readonly CorrectedChunk[],
): Promise<boolean[]> {
  const rows = await complete(db, await CORRECTED.carry(chunks.map(correctedRow)));
  const completed = new Set(rows.map(({ id }) => id));
  return chunks.map(({ submissionId }) => completed.has(submissionId));
}
