import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../../database/database.js';
import type { RedactionPass } from '../../database/schema.js';
import { shareStatement } from '../../database/share-statement.js';
import type { JobData } from '../../queues/job-catalogue.js';
import type { Executor } from '../chunk-transitions.js';
import type { WindowStatus } from '../states.js';
import type { SubmissionRef } from '../statements/open-submissions.js';
import {
  settleWindows,
  type CompletedText,
  type SettledWindow,
  type WindowRef,
  type WindowResult,
} from '../statements/settle-windows.js';
import type { TokenUse } from '../texts.js';

/** A window as its correction needs it. */
export interface CorrectionWindow {
  ordinal: number;
  round: number;
  status: WindowStatus;
  /** Null: the whole recording. */
  startMs: number | null;
  endMs: number | null;
  firstWord: number | null;
  lastWord: number | null;
  /** First-stage text of the window that was asked for, and of its neighbors; else null. */
  text: string | null;
  /** Tokens of all answers so far. */
  outputTokens: number;
}

/** A window without its texts, for people who follow a correction. */
export interface WindowView {
  ordinal: number;
  status: WindowStatus;
  startMs: number | null;
  endMs: number | null;
  usedAudio: boolean | null;
  audioOmitted: string | null;
  note: string | null;
  error: string | null;
  errorCode: string | null;
  model: string | null;
  promptVersion: string | null;
  inputTokens: number;
  outputTokens: number;
  settledAt: Date | null;
}

/** A settled window as the text of its chunk is made from it. */
export interface StoredWindow {
  ordinal: number;
  status: WindowStatus;
  startMs: number | null;
  endMs: number | null;
  /** First-stage text; null for an anonymized chunk. */
  text: string | null;
  transcript: string | null;
  note: string | null;
  error: string | null;
  model: string | null;
  promptVersion: string | null;
  audioOmitted: string | null;
  redaction: RedactionPass[] | null;
}

/** Reads windows, and settles them. */
@Injectable()
export class WindowsRepository {
  private readonly settling = shareStatement({
    run: (windows: readonly SettledWindow[]) => settleWindows(this.database, windows),
    rowOf: ({ chunkId }) => chunkId,
  });

  constructor(private readonly database: Database) {}

  /**
   * Reads all windows of a submission's text in order, with the texts of one and of its neighbors.
   *
   * @returns none when the text is corrected as a whole
   */
  async ofSubmission({ chunkId, submissionId }: SubmissionRef, ordinal: number): Promise<CorrectionWindow[]> {
    return this.database
      .selectFrom('correction_windows')
      .select([
        'ordinal',
        'round',
        'status',
        'start_ms as startMs',
        'end_ms as endMs',
        'first_word as firstWord',
        'last_word as lastWord',
        sql<string | null>`case when abs(ordinal - ${ordinal}::integer) <= 1 then text end`.as('text'),
        'output_tokens as outputTokens',
      ])
      .where('chunk_id', '=', chunkId)
      .where('submission_id', '=', submissionId)
      .orderBy('ordinal')
      .execute();
  }

  /** @returns the windows of the chunk's present submission in order; undefined without a chunk */
  async ofChunk(chunkId: string): Promise<WindowView[] | undefined> {
    const chunk = await this.database
      .selectFrom('chunks')
      .select('submission_id as submissionId')
      .where('id', '=', chunkId)
      .executeTakeFirst();
    if (chunk === undefined) return undefined;
    return this.database
      .selectFrom('correction_windows')
      .select([
        'ordinal',
        'status',
        'start_ms as startMs',
        'end_ms as endMs',
        'used_audio as usedAudio',
        'audio_omitted as audioOmitted',
        'note',
        'error',
        'error_code as errorCode',
        'model',
        'prompt_version as promptVersion',
        'input_tokens as inputTokens',
        'output_tokens as outputTokens',
        'settled_at as settledAt',
      ])
      .where('chunk_id', '=', chunkId)
      .where('submission_id', '=', chunk.submissionId)
      .orderBy('ordinal')
      .execute();
  }

  /**
   * pending -> corrected | uncorrected. The last pending window completes its chunk, whose text
   * `completion` makes from the other windows; it may throw, and then nothing has changed.
   *
   * @returns `stale` when nothing changed: the chunk is not correcting any more, the window was
   * settled by another worker, or its text must now be redacted
   */
  async settle(
    window: WindowResult,
    completion: (others: readonly StoredWindow[]) => Promise<CompletedText>,
  ): Promise<'completed' | 'settled' | 'stale'> {
    if (window.windows === 1) {
      const isSettled = await this.settling({ ...window, completes: await completion([]) });
      return isSettled ? 'completed' : 'stale';
    }
    return this.database.transaction().execute(async (trx) => {
      await lockChunk(trx, window);
      const others = (await storedWindows(trx, window)).filter(({ ordinal }) => ordinal !== window.ordinal);
      const isLast = others.every(({ status }) => status !== 'pending');
      const completes = isLast ? await completion(others) : undefined;
      const [isSettled] = await settleWindows(trx, [{ ...window, completes }]);
      if (isSettled !== true) return 'stale';
      return isLast ? 'completed' : 'settled';
    });
  }

  /** Counts the tokens of an answer without a text, for the window and its chunk. */
  async addTokens(
    { chunkId, submissionId, ordinal }: WindowRef,
    { inputTokens = 0, outputTokens = 0 }: TokenUse,
  ): Promise<void> {
    await sql`with chunk as (
        update chunks set input_tokens = input_tokens + ${inputTokens}::integer,
          output_tokens = output_tokens + ${outputTokens}::integer
        where id = ${chunkId} returning id
      )
      update correction_windows as w set input_tokens = w.input_tokens + ${inputTokens}::integer,
        output_tokens = w.output_tokens + ${outputTokens}::integer
      from chunk where w.chunk_id = chunk.id and w.submission_id = ${submissionId} and w.ordinal = ${ordinal}`.execute(
      this.database,
    );
  }
}

/**
 * @returns the jobs of a submission's pending windows; one for a text that is corrected as a whole
 */
export async function correctionJobs(db: Executor, ref: SubmissionRef): Promise<JobData['correct'][]> {
  const pending = await db
    .selectFrom('correction_windows')
    .select(['ordinal', 'round'])
    .where('chunk_id', '=', ref.chunkId)
    .where('submission_id', '=', ref.submissionId)
    .where('status', '=', 'pending')
    .orderBy('ordinal')
    .execute();
  const { chunkId, submissionId } = ref;
  if (pending.length === 0) return [{ chunkId, submissionId }];
  return pending.map(({ ordinal: window, round }) => ({ chunkId, submissionId, window, round }));
}

async function lockChunk(trx: Executor, { chunkId }: SubmissionRef): Promise<void> {
  await trx.selectFrom('chunks').select('id').where('id', '=', chunkId).forNoKeyUpdate().execute();
}

async function storedWindows(
  trx: Executor,
  { chunkId, submissionId }: SubmissionRef,
): Promise<StoredWindow[]> {
  return trx
    .selectFrom('correction_windows')
    .select([
      'ordinal',
      'status',
      'start_ms as startMs',
      'end_ms as endMs',
      'text',
      'transcript',
      'note',
      'error',
      'model',
      'prompt_version as promptVersion',
      'audio_omitted as audioOmitted',
      'redaction',
    ])
    .where('chunk_id', '=', chunkId)
    .where('submission_id', '=', submissionId)
    .orderBy('ordinal')
    .execute();
}
