import { errorMessage } from '../errors/error-message.js';
import { Injectable, Logger } from '@nestjs/common';
import { sql } from 'kysely';
import { Database } from '../database/database.js';
import { storableJson } from '../database/storable.js';
import { SecretRedactor } from './secret-redactor.js';

export interface ProcessingEvent {
  conversationId?: string;
  chunkId?: string;
  submissionId?: string;
  job: string;
  event: 'started' | 'completed' | 'failed';
  durationMs?: number;
  /** Human-readable; without transcripts, secrets and signed URLs. */
  message?: string;
  at: Date;
}

export interface RecordedEvent {
  chunkId: string | null;
  submissionId: string | null;
  job: string;
  event: 'started' | 'completed' | 'failed';
  durationMs: number | null;
  message: string | null;
  at: Date;
}

/**
 * Time for which events are collected: one statement for many events costs the jobs next to
 * nothing.
 */
const FLUSH_AFTER_MS = 200;
const FLUSH_AT_EVENTS = 200;
/**
 * When the database is down for long, only the newest events are kept, so that the log never fills
 * the memory.
 */
const MAX_BUFFERED_EVENTS = 10_000;
/** Enough for the history of one chunk; a longer one is read page by page. */
const EVENTS_PAGE = 500;

/**
 * Records the history of a chunk, job by job. Best effort by design: the log never fails or slows
 * the work that it records. A crash loses at most the last fraction of a second.
 */
@Injectable()
export class ProcessingLog {
  private readonly logger = new Logger(ProcessingLog.name);
  private buffer: ProcessingEvent[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly redactor: SecretRedactor,
  ) {}

  record(...events: ProcessingEvent[]): void {
    this.buffer.push(...events);
    if (this.buffer.length > MAX_BUFFERED_EVENTS) {
      this.buffer = this.buffer.slice(-MAX_BUFFERED_EVENTS);
    }
    if (this.buffer.length >= FLUSH_AT_EVENTS) {
      this.startWriting();
      return;
    }
    this.timer ??= setTimeout(() => {
      this.startWriting();
    }, FLUSH_AFTER_MS).unref();
  }

  /** Writes all that has been recorded; never throws. */
  async flush(): Promise<void> {
    this.startWriting();
    await this.writing;
  }

  async ofChunk(chunkId: string, afterId = 0): Promise<RecordedEvent[]> {
    return this.read('chunk_id', chunkId, afterId);
  }

  async ofConversation(conversationId: string, afterId = 0): Promise<RecordedEvent[]> {
    return this.read('conversation_id', conversationId, afterId);
  }

  private async read(
    column: 'chunk_id' | 'conversation_id',
    id: string,
    afterId: number,
  ): Promise<RecordedEvent[]> {
    return this.database
      .selectFrom('processing_events')
      .select([
        'chunk_id as chunkId',
        'submission_id as submissionId',
        'job',
        'event',
        'duration_ms as durationMs',
        'message',
        'created_at as at',
      ])
      .where(column, '=', id)
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(EVENTS_PAGE)
      .execute();
  }

  private startWriting(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const events = this.buffer;
    if (events.length === 0) return;
    this.buffer = [];
    this.writing = this.writing.then(() => this.write(events));
  }

  private async write(events: ProcessingEvent[]): Promise<void> {
    try {
      await this.insert(events);
    } catch (error) {
      const reason = errorMessage(error);
      this.logger.warn(`${events.length} entries of the processing log were not written: ${reason}`);
    }
  }

  /** Inserts events, except those of conversations that were deleted in the meantime. */
  private async insert(events: ProcessingEvent[]): Promise<void> {
    const rows = events.map((event) => ({
      conversation_id: event.conversationId,
      chunk_id: event.chunkId,
      submission_id: event.submissionId,
      job: event.job,
      event: event.event,
      duration_ms: event.durationMs,
      message: event.message === undefined ? undefined : this.redactor.redact(event.message),
      created_at: event.at.toISOString(),
    }));
    await sql`
      insert into processing_events
        (conversation_id, chunk_id, submission_id, job, event, duration_ms, message, created_at)
      select e.* from jsonb_to_recordset(${storableJson(rows)}::jsonb) as e(conversation_id uuid, chunk_id uuid,
        submission_id uuid, job text, event text, duration_ms integer, message text, created_at timestamptz)
      where case
        when e.conversation_id is not null then exists (select from conversations where id = e.conversation_id)
        when e.chunk_id is not null then exists (select from chunks where id = e.chunk_id)
        else e.submission_id is null or exists (select from submissions where id = e.submission_id)
      end`.execute(this.database);
  }
}
