import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import type { Diarization, RedactionPass, Schema } from '../database/schema.js';
import { UNSETTLED_CHUNK_STATUSES, type ChunkStatus } from './states.js';
import { storableJson, storableText } from '../database/storable.js';
import type { JobData } from '../queues/job-catalogue.js';
import type { Executor } from './chunk-transitions.js';
import { redactStoredText } from './redact-stored-text.js';
import { firstStageText, removeRevisions } from './revisions/stored-revisions.js';
import { redactWindows, removeWindows } from './windows/redact-windows.js';

export type RestartResult =
  | { kind: 'restarted'; conversationId: string; attempt: number }
  /** `jobs`: corrections that are owed again, because redaction was turned on. */
  | { kind: 'in_flight'; conversationId: string; jobs: JobData['correct'][] }
  | { kind: 'completed' }
  | { kind: 'no_audio' }
  | { kind: 'no_chunk' };

export interface RestartedChunk {
  chunkId: string;
  conversationId: string;
  attempt: number;
}

/** Columns of a new attempt. Of the previous attempt, only the text is kept. */
const RESTARTED = {
  status: 'queued' as const,
  attempt: sql<number>`attempt + 1`,
  failed_submits: 0,
  queued_at: sql<Date>`now()`,
  error: null,
  error_code: null,
  submission_id: null,
  submitted_at: null,
  transcribed_at: null,
  completed_at: null,
};

const WITHOUT_TEXT = {
  transcript: null,
  diarization: null,
  redaction: null,
  revision: sql<number>`revision + 1`,
  edited_at: null,
};

const WITHOUT_MERGED_TEXT = {
  transcript: null,
  summary: null,
  summary_status: 'none' as const,
  summary_error: null,
  summary_model: null,
  summary_prompt_version: null,
  summary_outdated: false,
};

interface LockedChunk {
  id: string;
  conversationId: string;
  status: ChunkStatus;
  submissionId: string | null;
  transcript: string | null;
  diarization: Diarization | null;
  redaction: RedactionPass[] | null;
  transcribedAt: Date | null;
  editedAt: Date | null;
  audioExpiredAt: Date | null;
  /** Whether its text must be redacted, by its own setting or by one of its conversation. */
  isRedacted: boolean;
}

/**
 * failed -> queued, and with `force` also completed -> queued, as a new attempt. The previous text
 * stays readable until a new one is stored, unless it must now be redacted. A finalized
 * conversation owes a new merge from then on.
 *
 * A change of redaction takes effect with this transaction, also for a chunk in flight: the
 * transaction redacts the stored text, and the unredacted result of a job that began earlier is not
 * stored (`statements/`). An edit is removed with all revisions: patterns would leave the names in
 * them, and no correction would replace them.
 */
export async function restartChunk(
  db: Executor,
  id: string,
  options: { force: boolean; redactPii?: boolean },
): Promise<RestartResult> {
  return db.transaction().execute(async (trx) => {
    const chunk = await lockChunk(trx, id);
    if (chunk === undefined) return { kind: 'no_chunk' };
    const { conversationId, status } = chunk;
    if (UNSETTLED_CHUNK_STATUSES.some((unsettled) => unsettled === status)) {
      const { redactPii } = options;
      const jobs = redactPii === undefined ? [] : await changeRedaction(trx, chunk, redactPii);
      return { kind: 'in_flight', conversationId, jobs };
    }
    if (status === 'completed' && !options.force) return { kind: 'completed' };
    if (chunk.audioExpiredAt !== null) return { kind: 'no_audio' };
    if (options.redactPii === true) await removeRevisions(trx, id);
    await removeWindows(trx, [id]);
    const { attempt } = await trx
      .updateTable('chunks')
      .set({
        ...RESTARTED,
        redact_pii: options.redactPii ?? sql<boolean | null>`redact_pii`,
        ...(options.redactPii === true && WITHOUT_TEXT),
      })
      .where('id', '=', id)
      .returning('attempt')
      .executeTakeFirstOrThrow();
    if (status === 'completed')
      await trx.deleteFrom('uncorrected_chunks').where('chunk_id', '=', id).execute();
    const hidesMergedText = options.redactPii === true && !chunk.isRedacted;
    await markMergeNeeded(trx, conversationId, { hidesMergedText });
    return { kind: 'restarted', conversationId, attempt };
  });
}

/**
 * failed -> queued, for up to `limit` chunks that failed before `failedBefore`. One request does
 * not restart a chunk twice that fails again meanwhile.
 */
export async function restartFailed(
  db: Executor,
  isWanted: (eb: ExpressionBuilder<Schema, 'chunks'>) => Expression<SqlBool>,
  options: { failedBefore: Date; limit: number },
): Promise<RestartedChunk[]> {
  return db.transaction().execute(async (trx) => {
    const restarted = await trx
      .updateTable('chunks')
      .set(RESTARTED)
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('chunks')
          .select('id')
          .where(isWanted)
          .where('completed_at', '<=', options.failedBefore)
          .where('audio_expired_at', 'is', null)
          .orderBy('id')
          .limit(options.limit)
          .forUpdate()
          .skipLocked(),
      )
      .returning(['id as chunkId', 'conversation_id as conversationId', 'attempt'])
      .execute();
    if (restarted.length > 0) {
      await removeWindows(
        trx,
        restarted.map(({ chunkId }) => chunkId),
      );
      await trx
        .updateTable('conversations')
        // In any status: a finish or a merge under way does not see this restart.
        .set({ merge_needed: true })
        .where('id', 'in', [...new Set(restarted.map(({ conversationId }) => conversationId))])
        .execute();
    }
    return restarted;
  });
}

/** Locks the chunk, so that its status and its setting do not change until the transaction ends. */
async function lockChunk(trx: Executor, id: string): Promise<LockedChunk | undefined> {
  return trx
    .selectFrom('chunks as c')
    .innerJoin('conversations as v', 'v.id', 'c.conversation_id')
    .select([
      'c.id',
      'c.conversation_id as conversationId',
      'c.status',
      'c.submission_id as submissionId',
      'c.transcript',
      'c.diarization',
      'c.redaction',
      'c.transcribed_at as transcribedAt',
      'c.edited_at as editedAt',
      'c.audio_expired_at as audioExpiredAt',
      sql<boolean>`coalesce(c.redact_pii, v.redact_pii) or v.anonymize`.as('isRedacted'),
    ])
    .where('c.id', '=', id)
    .forNoKeyUpdate('c')
    .executeTakeFirst();
}

/** @returns the corrections that are owed again */
async function changeRedaction(
  trx: Executor,
  chunk: LockedChunk,
  redactPii: boolean,
): Promise<JobData['correct'][]> {
  const { id: chunkId, submissionId, status } = chunk;
  const isTurnedOn = redactPii && !chunk.isRedacted;
  const isCorrecting = isTurnedOn && status === 'correcting' && submissionId !== null;
  const jobs = isCorrecting ? await redactWindows(trx, { chunkId, submissionId }) : [];
  await trx
    .updateTable('chunks')
    .set({ redact_pii: redactPii, ...(isTurnedOn && (await redactedText(trx, chunk))) })
    .where('id', '=', chunk.id)
    .execute();
  if (!isTurnedOn) return jobs;
  await removeRevisions(trx, chunk.id);
  await markMergeNeeded(trx, chunk.conversationId, { hidesMergedText: true });
  return jobs;
}

/** Redacts a first-stage text, whose correction is owed; drops the text of an earlier attempt. */
async function redactedText(trx: Executor, chunk: LockedChunk) {
  const { status, transcribedAt, diarization } = chunk;
  const transcript = chunk.editedAt === null ? chunk.transcript : await firstStageText(trx, chunk.id);
  const hasFirstStage = status === 'correcting' && transcribedAt !== null;
  if (!hasFirstStage || transcript === null || diarization === null) return WITHOUT_TEXT;
  const redacted = await redactStoredText({ transcript, diarization });
  return {
    transcript: storableText(redacted.transcript),
    diarization: storableJson(redacted.diarization),
    redaction: storableJson([...(chunk.redaction ?? []), ...redacted.redaction]),
    revision: sql<number>`revision + 1`,
    edited_at: null,
  };
}

/**
 * Marks the conversation as due for a new merge.
 *
 * @param options.hidesMergedText whether the merged transcript and its summary contain what must
 * now be redacted. They stay empty until the next merge: patterns would leave the names in them.
 */
async function markMergeNeeded(
  trx: Executor,
  conversationId: string,
  { hidesMergedText }: { hidesMergedText: boolean },
): Promise<void> {
  await trx
    .updateTable('conversations')
    // In any status: a finish or a merge under way does not see this restart.
    .set({ merge_needed: true, ...(hidesMergedText && WITHOUT_MERGED_TEXT) })
    .where('id', '=', conversationId)
    .execute();
}
