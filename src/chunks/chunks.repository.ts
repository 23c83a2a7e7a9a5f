import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import type { Diarization, StrategyName } from '../database/schema.js';
import type { ChunkStatus } from './states.js';
import { shareStatement } from '../database/share-statement.js';
import { yieldToEventLoop } from '../event-loop/yield-to-event-loop.js';
import type { Executor } from './chunk-transitions.js';
import { addChunks, type ChunkFacts, type NewChunk } from './statements/add-chunks.js';
import { restartChunk, type RestartResult } from './restart.js';
import { correctAgain, type CorrectAgainResult } from './windows/correct-again.js';

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
  /** When the recording reached the end of its retention and was removed. */
  audioExpiredAt: Date | null;
  container: string | null;
  codec: string | null;
  channels: number | null;
  sampleRate: number | null;
  audioSeconds: number | null;
  /** Number of the newest text; 0 before the first. */
  revision: number;
  editedAt: Date | null;
  windows: WindowCounts;
}

/** Windows of the chunk's correction; all 0 when it is, or was, corrected as a whole. */
export interface WindowCounts {
  total: number;
  corrected: number;
  pending: number;
  /** Whether every corrected window was corrected with its sound; null: none is corrected. */
  usedAudio: boolean | null;
}

export type AddResult =
  | { kind: 'added'; chunk: ChunkView }
  | { kind: 'repeated'; chunkId: string }
  | { kind: 'finished' }
  | { kind: 'no_position' }
  | { kind: 'no_conversation' };

/** JSON up to this length, in characters, is parsed within milliseconds. */
const LONG_JSON_CHARS = 1_000_000;

/** Columns of a chunk (`c`) and its submission (`s`), without the texts. */
export const CHUNK_COLUMNS = [
  'c.id',
  'c.conversation_id as conversationId',
  'c.position',
  'c.status',
  'c.attempt',
  'c.revision',
  'c.edited_at as editedAt',
  'c.error',
  'c.error_code as errorCode',
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
  'c.audio_container as container',
  'c.audio_codec as codec',
  'c.audio_channels as channels',
  'c.audio_sample_rate as sampleRate',
  'c.audio_seconds as audioSeconds',
] as const;

/** Windows of a chunk (`c`). */
export const WINDOW_COUNTS = sql<WindowCounts>`(select json_build_object('total', count(*),
    'corrected', count(*) filter (where w.status = 'corrected'),
    'pending', count(*) filter (where w.status = 'pending'),
    'usedAudio', bool_and(w.used_audio) filter (where w.status = 'corrected'))
  from correction_windows as w where w.chunk_id = c.id and w.submission_id = c.submission_id)`;

@Injectable()
export class ChunksRepository {
  private readonly inserting = shareStatement({
    run: (chunks: readonly NewChunk[]) => addChunks(this.database, chunks),
    rowOf: ({ conversationId }) => conversationId,
  });

  constructor(private readonly database: Database) {}

  async view(id: string, db: Executor = this.database): Promise<ChunkView | undefined> {
    const row = await db
      .selectFrom('chunks as c')
      .leftJoin('submissions as s', 's.id', 'c.submission_id')
      .select([
        ...CHUNK_COLUMNS,
        'c.transcript',
        // Parsed below, not by the driver: a provider's answer may have many megabytes.
        sql<string | null>`c.diarization::text`.as('diarization'),
        WINDOW_COUNTS.as('windows'),
      ])
      .where('c.id', '=', id)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    if ((row.diarization?.length ?? 0) > LONG_JSON_CHARS) await yieldToEventLoop();
    return {
      ...row,
      diarization: row.diarization === null ? null : (JSON.parse(row.diarization) as Diarization),
    };
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
   * Records a chunk, unless the conversation is finished, or the id or the idempotency key was used
   * before.
   * The conversation's row is locked meanwhile, as in `finish` and in finalization: they either see
   * the chunk, or it is refused.
   */
  async add(chunk: NewChunk): Promise<AddResult> {
    const { id, conversationId, idempotencyKey } = chunk;
    const added = await this.inserting(chunk);
    if (added !== undefined) {
      const facts = chunk.audio.kind === 'stored' ? chunk.audio.facts : null;
      return { kind: 'added', chunk: { ...INITIAL, ...viewOf(facts), id, conversationId, ...added } };
    }
    if (await this.exists(id)) return { kind: 'repeated', chunkId: id };
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
    // Conversations never reopen: one that is open now was open before, but had no position left.
    return { kind: conversation.status === 'open' ? 'no_position' : 'finished' };
  }

  async exists(id: string): Promise<boolean> {
    const row = await this.database.selectFrom('chunks').select('id').where('id', '=', id).executeTakeFirst();
    return row !== undefined;
  }

  /** Corrects the first-stage text of a chunk again. */
  async correctAgain(
    id: string,
    options: { force: boolean; windowSeconds: number },
  ): Promise<CorrectAgainResult> {
    return correctAgain(this.database, id, options);
  }

  /** Restarts a chunk that has ended, and changes the redaction setting of any chunk. */
  async restart(id: string, options: { force: boolean; redactPii?: boolean }): Promise<RestartResult> {
    return restartChunk(this.database, id, options);
  }
}

function viewOf(facts: ChunkFacts | null) {
  const { container = null, codec = null, channels = null, sampleRate = null, seconds = null } = facts ?? {};
  return { container, codec, channels, sampleRate, audioSeconds: seconds };
}

/** Initial values of a chunk. */
const INITIAL = {
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
  revision: 0,
  editedAt: null,
  windows: { total: 0, corrected: 0, pending: 0, usedAudio: null },
};
