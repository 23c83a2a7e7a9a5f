import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import type { ChunkStatus, Diarization, StrategyName } from '../database/schema.js';
import { shareStatement } from '../database/share-statement.js';
import type { Executor } from './chunk-transitions.js';
import { insertChunks, type NewChunk } from './insert-chunks.js';

export interface ChunkView {
  id: string;
  conversationId: string;
  position: number;
  status: ChunkStatus;
  attempt: number;
  transcript: string | null;
  error: string | null;
  errorCode: string | null;
  diarization: Diarization | null;
  model: string | null;
  promptVersion: string | null;
  inputTokens: number;
  outputTokens: number;
  submissionId: string | null;
  transcriptId: string | null;
  strategy: StrategyName | null;
  createdAt: Date;
  submittedAt: Date | null;
  transcribedAt: Date | null;
  completedAt: Date | null;
  /** Its recording was kept long enough and is removed. */
  audioExpiredAt: Date | null;
}

export type AddResult =
  | { kind: 'added'; chunk: ChunkView }
  | { kind: 'repeated'; chunkId: string }
  | { kind: 'finished' }
  | { kind: 'no_position' }
  | { kind: 'no_conversation' };

export type RestartResult =
  | { kind: 'restarted'; conversationId: string; attempt: number }
  | { kind: 'in_flight'; chunk: ChunkView }
  | { kind: 'completed' }
  | { kind: 'no_audio' }
  | { kind: 'no_chunk' };

@Injectable()
export class ChunksRepository {
  private readonly inserting = shareStatement({
    run: (chunks: readonly NewChunk[]) => insertChunks(this.database, chunks),
    rowOf: ({ conversationId }) => conversationId,
  });

  constructor(private readonly database: Database) {}

  async view(id: string, db: Executor = this.database): Promise<ChunkView | undefined> {
    return db
      .selectFrom('chunks as c')
      .leftJoin('submissions as s', 's.id', 'c.submission_id')
      .select([
        'c.id',
        'c.conversation_id as conversationId',
        'c.position',
        'c.status',
        'c.attempt',
        'c.transcript',
        'c.error',
        'c.error_code as errorCode',
        'c.diarization',
        'c.model',
        'c.prompt_version as promptVersion',
        'c.input_tokens as inputTokens',
        'c.output_tokens as outputTokens',
        'c.submission_id as submissionId',
        's.transcript_id as transcriptId',
        's.strategy',
        'c.created_at as createdAt',
        'c.submitted_at as submittedAt',
        'c.transcribed_at as transcribedAt',
        'c.completed_at as completedAt',
        'c.audio_expired_at as audioExpiredAt',
      ])
      .where('c.id', '=', id)
      .executeTakeFirst();
  }

  async findByIdempotencyKey(conversationId: string, key: string): Promise<string | undefined> {
    const row = await this.database
      .selectFrom('chunks')
      .select('id')
      .where('conversation_id', '=', conversationId)
      .where('idempotency_key', '=', key)
      .executeTakeFirst();
    return row?.id;
  }

  /**
   * Records a chunk, unless the conversation is finished or the idempotency key was used before. The conversation's row
   * is locked meanwhile, as `finish` and finalisation do: a chunk is either seen by them or refused, never in between.
   */
  async add(chunk: NewChunk): Promise<AddResult> {
    const { id, conversationId, idempotencyKey } = chunk;
    const added = await this.inserting(chunk);
    if (added !== undefined) return { kind: 'added', chunk: { ...NEW, id, conversationId, ...added } };
    const known =
      idempotencyKey === undefined
        ? undefined
        : await this.findByIdempotencyKey(conversationId, idempotencyKey);
    if (known !== undefined) return { kind: 'repeated', chunkId: known };
    const conversation = await this.database
      .selectFrom('conversations')
      .select('status')
      .where('id', '=', conversationId)
      .executeTakeFirst();
    if (conversation === undefined) return { kind: 'no_conversation' };
    // Nothing opens a conversation again: one that is open was open before, and something else was in the way.
    return { kind: conversation.status === 'open' ? 'no_position' : 'finished' };
  }

  /**
   * failed -> queued, and with `force` also completed -> queued, as a new attempt. The text so far stays readable until a
   * new one comes, unless it must now be redacted. A finalised conversation owes a new merge from then on.
   */
  async restart(id: string, options: { force: boolean; redactPii?: boolean }): Promise<RestartResult> {
    const { force, redactPii } = options;
    return this.database.transaction().execute(async (trx) => {
      const restarted = await trx
        .updateTable('chunks')
        .set({
          ...RESTARTED,
          redact_pii: redactPii ?? sql<boolean | null>`redact_pii`,
          ...(redactPii === true ? { transcript: null, diarization: null } : {}),
        })
        .where('id', '=', id)
        .where('status', 'in', force ? ['failed', 'completed'] : ['failed'])
        .where('audio_expired_at', 'is', null)
        .returning(['conversation_id as conversationId', 'attempt'])
        .executeTakeFirst();
      if (restarted !== undefined) {
        await trx
          .updateTable('conversations')
          // In any state: a finish and a merge under way would not see this restart.
          .set({ merge_needed: true })
          .where('id', '=', restarted.conversationId)
          .execute();
        return { kind: 'restarted', ...restarted };
      }
      const chunk = await this.view(id, trx);
      if (chunk === undefined) return { kind: 'no_chunk' };
      if (chunk.status === 'completed' && !force) return { kind: 'completed' };
      if (chunk.audioExpiredAt !== null) return { kind: 'no_audio' };
      if (chunk.status === 'completed') return { kind: 'completed' };
      if (redactPii !== undefined) {
        await trx.updateTable('chunks').set({ redact_pii: redactPii }).where('id', '=', id).execute();
      }
      return { kind: 'in_flight', chunk };
    });
  }
}

/** What a chunk has that nothing has happened to. */
const NEW = {
  status: 'queued' as const,
  attempt: 1,
  transcript: null,
  error: null,
  errorCode: null,
  diarization: null,
  model: null,
  promptVersion: null,
  inputTokens: 0,
  outputTokens: 0,
  submissionId: null,
  transcriptId: null,
  strategy: null,
  submittedAt: null,
  transcribedAt: null,
  completedAt: null,
  audioExpiredAt: null,
};

/** As if it had just come: a new attempt, and nothing of the one before but its text. */
export const RESTARTED = {
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
