import pg from 'pg';
import type { ConversationStatus, StrategyName } from '../../src/database/schema.js';
import type { ChunkStatus, SubmissionStatus, WindowStatus } from '../../src/chunks/states.js';

export interface ChunkState {
  status: ChunkStatus;
  position: number;
  attempt: number;
  submission: string | null;
  transcript: string | null;
  audioKey: string | null;
  audioUrl: string | null;
  /** Increments with each text. */
  revision: number;
  completedAt: string | null;
  inputTokens: number;
  outputTokens: number;
  redactPii: boolean | null;
  /** Windows of its submission that are pending at that point. */
  pendingWindows: number;
  /** Texts of all windows of its submission at that point, in their order; null without any. */
  windowTexts: string | null;
}

export interface SubmissionState {
  status: SubmissionStatus;
  chunk: string;
  strategy: StrategyName;
  transcriptId: string | null;
  settledAt: string | null;
}

export interface ConversationState {
  status: ConversationStatus;
  transcript: string | null;
  mergeNeeded: boolean;
  mergeRevision: number;
  summaryStatus: string;
  summary: string | null;
  /** Number of its chunks that had not settled at that point, by the record. */
  unsettled: number;
}

export interface WindowState {
  submission: string;
  ordinal: number;
  round: number;
  status: WindowStatus;
  transcript: string | null;
  isRedacted: boolean;
  inputTokens: number;
  outputTokens: number;
  /** The chunk's setting at that point. */
  mustBeRedacted: boolean;
  /** The chunk's submission at that point. */
  current: string | null;
  chunkStatus: ChunkStatus;
}

export interface Change<State> {
  /** Position in the order of all changes. */
  n: number;
  id: string;
  was: State | null;
  became: State;
}

export interface History {
  chunks: Change<ChunkState>[];
  submissions: Change<SubmissionState>[];
  conversations: Change<ConversationState>[];
  /** By the ids of their chunks. */
  correction_windows: Change<WindowState>[];
}

const CHUNK = (row: string): string => `jsonb_build_object('status', ${row}.status, 'attempt', ${row}.attempt,
  'position', ${row}.position, 'submission', ${row}.submission_id, 'transcript', ${row}.transcript, 'audioKey', ${row}.audio_key,
  'audioUrl', ${row}.audio_url, 'revision', ${row}.revision, 'completedAt', ${row}.completed_at, 'redactPii', ${row}.redact_pii,
  'inputTokens', ${row}.input_tokens, 'outputTokens', ${row}.output_tokens,
  'pendingWindows', (select count(*) from correction_windows as w
    where w.chunk_id = ${row}.id and w.submission_id = ${row}.submission_id and w.status = 'pending'),
  'windowTexts', (select string_agg(coalesce(w.transcript, w.text), ' ' order by w.ordinal) from correction_windows as w
    where w.chunk_id = ${row}.id and w.submission_id = ${row}.submission_id))`;
const SUBMISSION = (
  row: string,
): string => `jsonb_build_object('status', ${row}.status, 'chunk', ${row}.chunk_id,
  'strategy', ${row}.strategy, 'transcriptId', ${row}.transcript_id, 'settledAt', ${row}.settled_at)`;
const CONVERSATION = (row: string): string => `jsonb_build_object('status', ${row}.status,
  'transcript', ${row}.transcript, 'mergeNeeded', ${row}.merge_needed, 'mergeRevision', ${row}.merge_revision, 'summaryStatus', ${row}.summary_status,
  'summary', ${row}.summary,
  'unsettled', (select count(*) from chunks where conversation_id = ${row}.id
    and status in ('queued', 'transcribing', 'correcting')))`;

const WINDOW = (row: string): string => `jsonb_build_object('submission', ${row}.submission_id,
  'ordinal', ${row}.ordinal, 'round', ${row}.round, 'status', ${row}.status, 'transcript', ${row}.transcript,
  'isRedacted', ${row}.is_redacted, 'inputTokens', ${row}.input_tokens, 'outputTokens', ${row}.output_tokens,
  'mustBeRedacted', (select coalesce(c.redact_pii, v.redact_pii) or v.anonymize
    from chunks as c join conversations as v on v.id = c.conversation_id where c.id = ${row}.chunk_id),
  'current', (select submission_id from chunks where id = ${row}.chunk_id),
  'chunkStatus', (select status from chunks where id = ${row}.chunk_id))`;

/**
 * Records every change of a chunk, a submission or a conversation with database triggers: changes
 * that are rolled back are excluded, and no writer can bypass it.
 */
export class Audit {
  private lastSeen = 0;

  /** @param client its own changes are not audited (`session_replication_role` is `replica`) */
  private constructor(private readonly client: pg.Client) {}

  static async install(client: pg.Client): Promise<Audit> {
    await client.query(`create unlogged table property_audit (
      n bigint generated always as identity primary key, subject text not null, id uuid not null, was jsonb,
      became jsonb not null)`);
    await installTrigger(client, 'chunks', CHUNK);
    await installTrigger(client, 'submissions', SUBMISSION);
    await installTrigger(client, 'conversations', CONVERSATION);
    await installTrigger(client, 'correction_windows', WINDOW, 'chunk_id');
    return new Audit(client);
  }

  /** Reads the changes since the last call. */
  async read(): Promise<History> {
    const { rows } = await this.client.query<Change<never> & { subject: keyof History }>(
      'select n::integer, subject, id, was, became from property_audit where n > $1 order by n',
      [this.lastSeen],
    );
    this.lastSeen = rows.at(-1)?.n ?? this.lastSeen;
    const history: History = { chunks: [], submissions: [], conversations: [], correction_windows: [] };
    for (const { subject, ...change } of rows) history[subject].push(change);
    return history;
  }
}

async function installTrigger(
  client: pg.Client,
  table: keyof History,
  state: (row: string) => string,
  id = 'id',
): Promise<void> {
  await client.query(`create function property_audit_${table}() returns trigger language plpgsql as $$
    begin
      insert into property_audit (subject, id, was, became)
      values ('${table}', new.${id}, case when tg_op = 'UPDATE' then ${state('old')} end, ${state('new')});
      return null;
    end $$`);
  await client.query(`create trigger property_audit after insert or update on ${table}
    for each row execute function property_audit_${table}()`);
}
