import { sql, type Kysely } from 'kysely';
import {
  COMPLETE_AT_ONCE,
  FINAL_TEXT_COLUMNS,
  finalTextRow,
  START_CORRECTING,
  START_REQUEST,
  START_TRANSCRIBING,
  type FinalText,
  type FirstStageText,
  WITH_STORABLE_TEXT,
} from '../conversations/chunk-changes.js';
import { GivenRows, type CarriedRows } from '../database/given-rows.js';
import { prepareStatement } from '../database/prepare-statement.js';
import type { Schema, StrategyName, SubmissionProvider } from '../database/schema.js';
import type { HeardLanguage } from './language-memory.js';
import { moveSubmissions } from './move-submissions.js';

// Transitions that every submission goes through: of all that are there at once, with one statement. Each answers which of them
// happened, in the order given. What they mean, SubmissionsRepository tells.

type Db = Kysely<Schema>;

export interface NewSubmission {
  id: string;
  chunkId: string;
  conversationId: string;
  attempt: number;
  provider: SubmissionProvider;
  /** Both null where the provider answers the request itself. */
  strategy: StrategyName | null;
  audioUrlHash: string | null;
  /** For how long nobody else may conclude that the submit came to nothing; 0 when nothing is sent yet. */
  leaseMs: number;
}

export interface SubmissionRef {
  submissionId: string;
  chunkId: string;
}

export type Heard = Pick<HeardLanguage, 'language' | 'confidence'>;

export interface AcceptedSubmission extends SubmissionRef {
  transcriptId: string;
}

export interface RecordedText extends SubmissionRef, FirstStageText {
  heard?: Heard;
}

const NEW_SUBMISSIONS = new GivenRows({
  id: 'uuid',
  chunk_id: 'uuid',
  conversation_id: 'uuid',
  attempt: 'integer',
  provider: 'text',
  strategy: 'text',
  audio_url_hash: 'text',
  lease_ms: 'integer',
});
const HEARD_COLUMNS = { language: 'text', confidence: 'real' } as const;

const COMPLETED = sql`status = 'completed', settled_at = now(), lost = false`;

const open = prepareStatement<CarriedRows, { id: string }>(
  (value) => sql`
    with given as (${NEW_SUBMISSIONS.relation(value)}),
    locked as materialized (
      select id from chunks where id in (select chunk_id from given) order by id for no key update
    ),
    claimed as (
      update chunks as c set submission_id = given.id from given, locked
      where c.id = locked.id and c.id = given.chunk_id and c.attempt = given.attempt and c.status is not distinct from 'queued'
        and not exists (
          -- The offset keeps it a look for each chunk: joined, all that is open would be gone through.
          select from submissions as s where s.chunk_id = c.id and s.status in ('created', 'submitted') offset 0
        )
      returning given.*
    )
    insert into submissions (id, chunk_id, conversation_id, provider, strategy, audio_url_hash, lease_until)
    select id, chunk_id, conversation_id, provider, strategy, audio_url_hash,
      now() + lease_ms * interval '1 millisecond' from claimed
    returning id`,
);

/**
 * Records submissions, each as its chunk's current one, where the chunk is queued in that attempt and has no open one.
 *
 * @throws DatabaseError (23505) when another one for one of the chunks was committed meanwhile
 */
export async function openSubmissions(db: Db, submissions: readonly NewSubmission[]): Promise<boolean[]> {
  const rows = submissions.map((submission) => ({
    id: submission.id,
    chunk_id: submission.chunkId,
    conversation_id: submission.conversationId,
    attempt: submission.attempt,
    provider: submission.provider,
    strategy: submission.strategy,
    audio_url_hash: submission.audioUrlHash,
    lease_ms: submission.leaseMs,
  }));
  const opened = await open(db, await NEW_SUBMISSIONS.carry(rows));
  const ids = new Set(opened.map(({ id }) => id));
  return submissions.map(({ id }) => ids.has(id));
}

const claim = moveSubmissions({
  given: new GivenRows({ id: 'uuid', lease_ms: 'integer' }),
  from: 'created',
  set: sql`status = 'submitted', submitted_at = now(), lease_until = now() + lease_ms * interval '1 millisecond'`,
  chunks: START_REQUEST,
});

/** created -> submitted, for a request that leaves now. */
export async function claimSubmission(db: Db, id: string, leaseMs: number): Promise<boolean> {
  const claimed = await claim(db, [{ id, lease_ms: leaseMs }]);
  return claimed.has(id);
}

/**
 * Begins the lease of a `created` submission anew, as its request was refused and is sent once more. A
 * lease that is over is not brought back: somebody may be concluding from its end already (rule K4).
 *
 * @returns whether the lease holds, so that the request may be sent
 */
export async function renewLease(db: Db, id: string, leaseMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('submissions')
    .set({ lease_until: sql<Date>`now() + ${leaseMs} * interval '1 millisecond'` })
    .where('id', '=', id)
    .where('status', '=', 'created')
    .where('lease_until', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

const accept = moveSubmissions({
  given: new GivenRows({ id: 'uuid', transcript_id: 'text' }),
  from: 'created',
  set: sql`status = 'submitted', transcript_id = given.transcript_id, submitted_at = now(), failed_looks = 0`,
  chunks: START_TRANSCRIBING,
});

/**
 * created -> submitted, with the provider's ids.
 *
 * @throws DatabaseError (23505) when one of the ids belongs to another submission
 */
export async function acceptSubmissions(db: Db, accepted: readonly AcceptedSubmission[]): Promise<boolean[]> {
  const rows = accepted.map(({ submissionId: id, transcriptId }) => ({ id, transcript_id: transcriptId }));
  const moved = await accept(db, rows);
  return accepted.map(({ submissionId }) => moved.has(submissionId));
}

/** Counts languages among those of their conversations, in one order for all who do. */
const REMEMBER_LANGUAGES = sql`
  insert into conversation_languages (conversation_id, language, confidence, chunks)
  select moved.conversation_id, given.language, max(given.confidence), count(*) from moved join given on given.id = moved.id
  where given.language is not null group by 1, 2 order by 1, 2
  on conflict (conversation_id, language) do update set
    confidence = greatest(conversation_languages.confidence, excluded.confidence),
    chunks = conversation_languages.chunks + excluded.chunks`;

const record = moveSubmissions({
  given: new GivenRows({
    id: 'uuid',
    transcript: 'text',
    diarization: 'json',
    redaction: 'jsonb',
    is_redacted: 'boolean',
    ...HEARD_COLUMNS,
  }),
  from: 'submitted',
  only: WITH_STORABLE_TEXT,
  set: COMPLETED,
  chunks: START_CORRECTING,
  also: REMEMBER_LANGUAGES,
});

/** submitted -> completed, with the first-stage texts, which are to be corrected; not with one that must be redacted and is not. */
export async function recordTexts(db: Db, texts: readonly RecordedText[]): Promise<boolean[]> {
  const rows = texts.map(({ submissionId: id, transcript, diarization, redaction, isRedacted, heard }) => ({
    id,
    transcript,
    diarization,
    redaction,
    is_redacted: isRedacted,
    ...heardRow(heard),
  }));
  const moved = await record(db, rows);
  return texts.map(({ submissionId }) => moved.has(submissionId));
}

const recordFinal = moveSubmissions({
  given: new GivenRows({ ...FINAL_TEXT_COLUMNS, ...HEARD_COLUMNS }),
  from: 'submitted',
  only: WITH_STORABLE_TEXT,
  set: COMPLETED,
  chunks: COMPLETE_AT_ONCE,
  also: REMEMBER_LANGUAGES,
});

/** submitted -> completed, with a text that needs no correction; not with one that must be redacted and is not. */
export async function recordFinalText(
  db: Db,
  { heard, ...text }: { submissionId: string; heard?: Heard } & FinalText,
): Promise<boolean> {
  const moved = await recordFinal(db, [{ ...finalTextRow(text), ...heardRow(heard) }]);
  return moved.has(text.submissionId);
}

function heardRow(heard: Heard | undefined) {
  return { language: heard?.language, confidence: heard?.confidence };
}
