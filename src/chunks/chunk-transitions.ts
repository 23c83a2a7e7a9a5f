import { Injectable } from '@nestjs/common';
import { sql, type AliasedExpression, type Kysely } from 'kysely';
import { Database } from '../database/database.js';
import type { Schema } from '../database/schema.js';
import { storableText } from '../database/storable.js';
import { EventOutbox } from '../events/event-outbox.js';
import type { SubmissionRef } from './statements/open-submissions.js';
import type { TokenUse } from './texts.js';
import { FIRST_STAGE_STATUSES, UNSETTLED_CHUNK_STATUSES } from './states.js';

/** The database, or a transaction in which the caller makes further changes. */
export type Executor = Kysely<Schema>;

/**
 * Transitions of a single chunk. Each is one conditional UPDATE and returns whether it changed the
 * row (states.ts). Transitions that every chunk goes through change many chunks at once
 * (`statements/`).
 */
@Injectable()
export class ChunkTransitions {
  constructor(
    private readonly database: Database,
    private readonly outbox: EventOutbox,
  ) {}

  /** transcribing or correcting -> failed, by the result of the submission. */
  async fail(chunk: SubmissionRef & ChunkFailure, db: Executor = this.database): Promise<boolean> {
    const failed = db
      .updateTable('chunks')
      .set(failedWith(chunk))
      .where('id', '=', chunk.chunkId)
      .where('submission_id', '=', chunk.submissionId)
      .where('status', 'in', [...UNSETTLED_CHUNK_STATUSES]);
    return this.outbox.change(
      db,
      'chunk.failed',
      failed.returning([PROJECT_ID, 'conversation_id', failedChunkData()]),
    );
  }

  /**
   * queued or transcribing -> correcting without a first-stage text: the submission has failed, and
   * a model is to transcribe the recording alone.
   */
  async startRescue(db: Executor, chunk: SubmissionRef): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('chunks')
      .set({ status: 'correcting', error: null, error_code: null, redaction: null })
      .where('id', '=', chunk.chunkId)
      .where('submission_id', '=', chunk.submissionId)
      .where('status', 'in', [...FIRST_STAGE_STATUSES])
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Counts the tokens of an answer without a text. Transitions count those of a text. */
  async addTokens(chunkId: string, { inputTokens = 0, outputTokens = 0 }: TokenUse): Promise<void> {
    await this.database
      .updateTable('chunks')
      .set({
        input_tokens: sql<number>`input_tokens + ${inputTokens}::integer`,
        output_tokens: sql<number>`output_tokens + ${outputTokens}::integer`,
      })
      .where('id', '=', chunkId)
      .execute();
  }

  /** queued -> failed, before any submission of this attempt was made. */
  async failUnsubmitted(chunk: ChunkAttempt & ChunkFailure): Promise<boolean> {
    const failed = this.database
      .updateTable('chunks')
      .set(failedWith(chunk))
      .where('id', '=', chunk.chunkId)
      .where('attempt', '=', chunk.attempt)
      .where('status', '=', 'queued');
    return this.outbox.change(
      this.database,
      'chunk.failed',
      failed.returning([PROJECT_ID, 'conversation_id', failedChunkData()]),
    );
  }

  /**
   * queued or transcribing -> queued, as a new attempt, because the submission brought no result.
   *
   * @returns the new attempt, or undefined when the chunk no longer waits for the submission
   */
  async requeue(db: Executor, chunk: SubmissionRef): Promise<RequeuedChunk | undefined> {
    return db
      .updateTable('chunks')
      .set(REQUEUED)
      .where('id', '=', chunk.chunkId)
      .where('submission_id', '=', chunk.submissionId)
      .where('status', 'in', [...FIRST_STAGE_STATUSES])
      .returning(['attempt', 'failed_submits as failedSubmits'])
      .executeTakeFirst();
  }

  /** queued -> queued, as a new attempt, before any submission of this attempt was made. */
  async requeueUnsubmitted(chunk: ChunkAttempt): Promise<RequeuedChunk | undefined> {
    return this.database
      .updateTable('chunks')
      .set(REQUEUED)
      .where('id', '=', chunk.chunkId)
      .where('attempt', '=', chunk.attempt)
      .where('status', '=', 'queued')
      .returning(['attempt', 'failed_submits as failedSubmits'])
      .executeTakeFirst();
  }
}

export interface ChunkAttempt {
  chunkId: string;
  attempt: number;
}

export interface ChunkFailure {
  /** Message for people: what is wrong, and what to do. */
  error: string;
  /** Stable identifier of the kind of failure, such as `no_speech`. */
  errorCode: string;
}

export interface RequeuedChunk {
  attempt: number;
  /** Number of consecutive submits without a result, including this one. */
  failedSubmits: number;
}

/** Longest stored error, in characters. It is a message for people, not a log. */
const MAX_ERROR_LENGTH = 2_000;

/** Project of the chunk's conversation; chunks have no such column. */
const PROJECT_ID = sql<string | null>`(select project_id from conversations
  where conversations.id = chunks.conversation_id)`.as('project_id');

const REQUEUED = {
  status: 'queued' as const,
  attempt: sql<number>`attempt + 1`,
  failed_submits: sql<number>`failed_submits + 1`,
};

function failedWith({ error, errorCode }: ChunkFailure) {
  return {
    status: 'failed' as const,
    error_code: errorCode,
    error: storableText(error).slice(0, MAX_ERROR_LENGTH),
    completed_at: sql<Date>`now()`,
  };
}

/** Data of the event. The attempt distinguishes this failure from one after a restart. */
function failedChunkData(): AliasedExpression<unknown, 'data'> {
  return sql`jsonb_build_object('chunkId', id, 'conversationId', conversation_id,
    'projectId', (select project_id from conversations where conversations.id = chunks.conversation_id),
    'status', status, 'errorCode', error_code, 'attempt', attempt)`.as('data');
}
