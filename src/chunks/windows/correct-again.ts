import { sql } from 'kysely';
import type { RedactionPass } from '../../database/schema.js';
import { storableJson } from '../../database/storable.js';
import { isRecord } from '../../json/is-record.js';
import type { JobData } from '../../queues/job-catalogue.js';
import { finishInSteps } from '../../redaction/steps.js';
import type { Executor } from '../chunk-transitions.js';
import { DIARIZATION_SCHEMAS } from '../diarization-schemas.js';
import {
  UNSETTLED_CHUNK_STATUSES,
  type ChunkStatus,
  type SubmissionStatus,
  type WindowStatus,
} from '../states.js';
import type { SubmissionRef } from '../statements/open-submissions.js';
import { windowColumns } from '../statements/record-texts.js';
import type { StorableWindow } from '../texts.js';
import { planWindows } from './plan-windows.js';
import { PENDING_AGAIN, removeWindows } from './redact-windows.js';
import { RECORDING_SIZE, type RecordingSize, windowSeconds } from './window-length.js';
import { correctionJobs } from './windows.repository.js';

export type CorrectAgainResult =
  | { kind: 'started'; conversationId: string; jobs: JobData['correct'][] }
  | { kind: 'in_flight' }
  /** Every window is corrected, and `force` is not set. */
  | { kind: 'corrected' }
  | { kind: 'no_first_stage' }
  | { kind: 'no_chunk' };

/** A chunk with the origin of its first-stage text. */
interface LockedChunk {
  id: string;
  conversationId: string;
  status: ChunkStatus;
  errorCode: string | null;
  submissionId: string | null;
  submissionStatus: SubmissionStatus | null;
  transcriptId: string | null;
  /** Whether the provider's copy has been deleted, or is going to be. */
  isCopyDeleted: boolean;
  schema: string | null;
  correctionError: string | null;
  anonymize: boolean;
  isRedacted: boolean;
  redaction: RedactionPass[] | null;
  recording: RecordingSize;
}

/**
 * completed, failed -> correcting: the first-stage text is corrected again, without a new
 * transcript. Windows that failed are tried again; with `force`, and when none has failed, all of
 * them. The present text stays until the new one is stored, and an edit stays in any case.
 *
 * @param options.windowSeconds CORRECTION_WINDOW_SECONDS, for a text that was corrected as a whole
 */
export async function correctAgain(
  db: Executor,
  id: string,
  options: { force: boolean; windowSeconds: number },
): Promise<CorrectAgainResult> {
  return db.transaction().execute(async (trx) => {
    const chunk = await lockChunk(trx, id);
    if (chunk === undefined) return { kind: 'no_chunk' };
    if (UNSETTLED_CHUNK_STATUSES.some((unsettled) => unsettled === chunk.status))
      return { kind: 'in_flight' };
    const { submissionId, conversationId } = chunk;
    if (submissionId === null || !hasFirstStage(chunk)) return { kind: 'no_first_stage' };
    const ref = { chunkId: id, submissionId };
    const windows = await statusesOf(trx, ref);
    const isWhole = windows.length <= 1;
    const failed = windows.filter(({ status }) => status !== 'corrected').map(({ ordinal }) => ordinal);
    const hasFailed = isWhole
      ? chunk.status === 'failed' || chunk.correctionError !== null
      : failed.length > 0;
    if (!hasFailed && !options.force) return { kind: 'corrected' };
    if (isWhole) {
      const isPlanned = await planAgain(trx, { chunk, ref, round: windows[0]?.round ?? 1 }, options);
      if (!isPlanned) return { kind: 'no_first_stage' };
    } else {
      const ordinals = hasFailed ? failed : windows.map(({ ordinal }) => ordinal);
      await trx
        .updateTable('correction_windows')
        .set(PENDING_AGAIN)
        .where('chunk_id', '=', id)
        .where('submission_id', '=', submissionId)
        .where('ordinal', 'in', ordinals)
        .execute();
    }
    await reopen(trx, chunk);
    return { kind: 'started', conversationId, jobs: await correctionJobs(trx, ref) };
  });
}

/** Locks the chunk, so that its status and its setting do not change until the transaction ends. */
async function lockChunk(trx: Executor, id: string): Promise<LockedChunk | undefined> {
  return trx
    .selectFrom('chunks as c')
    .innerJoin('conversations as v', 'v.id', 'c.conversation_id')
    .leftJoin('submissions as s', 's.id', 'c.submission_id')
    .select([
      'c.id',
      'c.conversation_id as conversationId',
      'c.status',
      'c.error_code as errorCode',
      'c.submission_id as submissionId',
      's.status as submissionStatus',
      's.transcript_id as transcriptId',
      sql<boolean>`s.provider_deletion_requested_at is not null`.as('isCopyDeleted'),
      sql<string | null>`c.diarization ->> 'schema'`.as('schema'),
      sql<string | null>`c.diarization #>> '{data,error}'`.as('correctionError'),
      'v.anonymize',
      sql<boolean>`coalesce(c.redact_pii, v.redact_pii) or v.anonymize`.as('isRedacted'),
      'c.redaction',
      sql<RecordingSize>`${sql.raw(RECORDING_SIZE)}`.as('recording'),
    ])
    .where('c.id', '=', id)
    .forNoKeyUpdate('c')
    .executeTakeFirst();
}

/**
 * Whether there is a first-stage text: in the provider's answer, which a correction keeps, or for
 * an anonymized chunk at the provider. A rescued chunk has none.
 */
function hasFirstStage(chunk: LockedChunk): boolean {
  if (chunk.submissionStatus !== 'completed') return false;
  if (!chunk.anonymize) {
    return chunk.status === 'completed' && chunk.schema === DIARIZATION_SCHEMAS.corrected;
  }
  const isOwn = chunk.schema === DIARIZATION_SCHEMAS.anonymized || chunk.errorCode === 'withheld';
  return isOwn && chunk.transcriptId !== null && !chunk.isCopyDeleted;
}

async function statusesOf(
  trx: Executor,
  { chunkId, submissionId }: SubmissionRef,
): Promise<{ ordinal: number; round: number; status: WindowStatus }[]> {
  return trx
    .selectFrom('correction_windows')
    .select(['ordinal', 'round', 'status'])
    .where('chunk_id', '=', chunkId)
    .where('submission_id', '=', submissionId)
    .orderBy('ordinal')
    .execute();
}

/**
 * Replaces the only window by those that the text has now: it was corrected by an earlier release,
 * or with another length of windows.
 *
 * @returns false when the chunk does not have its first-stage text
 */
async function planAgain(
  trx: Executor,
  { chunk, ref, round }: { chunk: LockedChunk; ref: SubmissionRef; round: number },
  { windowSeconds: configured }: { windowSeconds: number },
): Promise<boolean> {
  const windows = chunk.anonymize ? [UNSTORED] : await storedWindows(trx, chunk, configured);
  if (windows === undefined) return false;
  await removeWindows(trx, [chunk.id]);
  await trx
    .insertInto('correction_windows')
    .values(
      windows.map((window, ordinal) => ({
        chunk_id: ref.chunkId,
        submission_id: ref.submissionId,
        round: round + 1,
        is_redacted: chunk.isRedacted,
        ...('startMs' in window ? windowColumns(window, ordinal) : { ordinal, text: window.text }),
      })),
    )
    .execute();
  return true;
}

/** The only window of an anonymized chunk: its text is fetched from the provider. */
const UNSTORED = { text: null };

async function storedWindows(
  trx: Executor,
  { id, recording }: LockedChunk,
  configured: number,
): Promise<(StorableWindow | { text: string })[] | undefined> {
  const row = await trx
    .selectFrom('chunks')
    .select(sql`diarization #> '{data,raw}'`.as('raw'))
    .where('id', '=', id)
    .executeTakeFirst();
  const raw = row?.raw;
  if (!isRecord(raw) || typeof raw.text !== 'string') return undefined;
  const { text, words, audio_duration: duration } = raw;
  const durationSeconds = typeof duration === 'number' ? duration : undefined;
  const seconds = recording.seconds ?? durationSeconds ?? null;
  const target = windowSeconds(configured, { ...recording, seconds });
  return (await finishInSteps(planWindows({ text, words, durationSeconds }, target))) ?? [{ text }];
}

async function reopen(
  trx: Executor,
  { id, conversationId, anonymize, redaction }: LockedChunk,
): Promise<void> {
  // The passes of the new correction are stored with it.
  const passes = (redaction ?? []).filter(
    ({ by }) => !anonymize && by !== 'model' && by !== 'final_patterns',
  );
  await trx
    .updateTable('chunks')
    .set({
      status: 'correcting',
      completed_at: null,
      error: null,
      error_code: null,
      redaction: passes.length === 0 ? null : storableJson(passes),
      // The form of the first stage, so that an earlier release completes it in the right one.
      ...(!anonymize && {
        diarization: sql<string>`json_build_object('schema', ${DIARIZATION_SCHEMAS.firstStage}::text,
          'data', diarization #> '{data,raw}')`,
      }),
    })
    .where('id', '=', id)
    .execute();
  await trx.deleteFrom('uncorrected_chunks').where('chunk_id', '=', id).execute();
  await trx
    .updateTable('conversations')
    // In any status: a finish or a merge under way does not see this.
    .set({ merge_needed: true })
    .where('id', '=', conversationId)
    .execute();
}
