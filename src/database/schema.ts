import type { ColumnType, Generated } from 'kysely';
import type { ChunkStatus, SubmissionStatus } from '../chunks/states.js';

/** Set by the database when the row is made; afterwards only by the transition that owns it. */
type CreatedAt = ColumnType<Date, never, never>;
type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;

export type ConversationStatus = 'open' | 'finished' | 'finalized';
export type SummaryStatus = 'none' | 'pending' | 'completed' | 'failed';
export type StrategyName = 'webhook' | 'polling';
/** Who was asked: AssemblyAI is looked at later, the others answer the request itself. */
export type SubmissionProvider = 'assemblyai' | 'litellm' | 'gemini';
export type ConversationDeletionStatus = 'deleting' | 'deleted';
/** The provider showed the transcript emptied; did not know it; or had made none. */
export type DeletionEvidence = 'emptied' | 'unknown' | 'not_found';
export type EventType =
  'conversation.started' | 'conversation.transcribed' | 'conversation.summarized' | 'chunk.failed';
export type EventEndpointStatus = 'enabled' | 'disabled' | 'deleted';
export type EventDeliveryStatus = 'pending' | 'delivered' | 'exhausted' | 'canceled';

export interface ProjectsTable {
  id: string;
  name: string;
  language: Nullable<string>;
  transcript_prompt: Nullable<string>;
  created_at: CreatedAt;
  updated_at: Generated<Date>;
}

export interface ConversationsTable {
  id: string;
  project_id: Nullable<string>;
  language: Nullable<string>;
  transcript_prompt: Nullable<string>;
  redact_pii: boolean;
  anonymize: boolean;
  /** The provider is asked to tell speakers apart. */
  speaker_labels: Generated<boolean>;
  status: Generated<ConversationStatus>;
  /** The merged transcript is missing or out of date: finalization is owed once no chunk is unsettled. */
  merge_needed: Generated<boolean>;
  transcript: Nullable<string>;
  summary: Nullable<string>;
  summary_status: Generated<SummaryStatus>;
  summary_error: Nullable<string>;
  summary_model: Nullable<string>;
  summary_prompt_version: Nullable<string>;
  /** Counts merges: a summary of an older merge is not taken for a newer one. */
  merge_revision: Generated<number>;
  created_at: CreatedAt;
  finished_at: Nullable<Date>;
  finalized_at: Nullable<Date>;
  /** Where the next chunk stands. */
  next_position: Generated<number>;
}

export interface ChunksTable {
  id: string;
  conversation_id: string;
  position: number;
  status: Generated<ChunkStatus>;
  /** Counts how often the chunk was queued, from 1; part of the submit job's id, so that a new try is a new job. */
  attempt: Generated<number>;
  /** The submission whose result the chunk takes; results of older ones find no row to change. */
  submission_id: Nullable<string>;
  audio_key: Nullable<string>;
  audio_url: Nullable<string>;
  audio_mime_type: Nullable<string>;
  audio_bytes: Nullable<number>;
  idempotency_key: Nullable<string>;
  /** Set by a restart with its own wish; null: the conversation's setting holds. */
  redact_pii: Nullable<boolean>;
  transcript: Nullable<string>;
  error: Nullable<string>;
  /** Stable word for the kind of `error`: what failed alike can be found, and tried again, together. */
  error_code: Nullable<string>;
  /** Which model and prompt made the text; null where none did. */
  model: Nullable<string>;
  prompt_version: Nullable<string>;
  /** Of all answers of models about this chunk, refused ones and restarts included. */
  input_tokens: Generated<number>;
  output_tokens: Generated<number>;
  diarization: ColumnType<Diarization | null, string | null | undefined, string | null>;
  created_at: CreatedAt;
  /** When it was accepted, or restarted: the time limit of its submits counts from here. */
  queued_at: Generated<Date>;
  /** Submits in a row that failed for a reason that may pass; sets the next pause. */
  failed_submits: Generated<number>;
  submitted_at: Nullable<Date>;
  transcribed_at: Nullable<Date>;
  completed_at: Nullable<Date>;
  /** What was redacted of its text so far, without the text; null where redaction was not asked for. */
  redaction: ColumnType<RedactionPass[] | null, string | null | undefined, string | null>;
  /** From then on the chunk cannot be started again: its recording was kept long enough. */
  audio_expired_at: Nullable<Date>;
  audio_deleted_at: Nullable<Date>;
}

/** One time that a text was gone over for personal data; counts and no text. */
export interface RedactionPass {
  by: 'first_stage_patterns' | 'model' | 'final_patterns';
  /** ISO 8601. */
  at: string;
  /** How many markers of each kind it put in. */
  counts: Partial<Record<string, number>>;
  /** Of the model's pass. */
  model?: string;
  promptVersion?: string;
}

/** How the text came about; the name of the schema says what `data` holds. */
export interface Diarization {
  schema: string;
  data: unknown;
}

export interface SubmissionsTable {
  id: string;
  chunk_id: string;
  conversation_id: string;
  status: Generated<SubmissionStatus>;
  provider: Generated<SubmissionProvider>;
  /** Null where the provider answers the request itself. */
  strategy: Nullable<StrategyName>;
  /** The provider's id; unique, so that no transcript is ever taken for two submissions. */
  transcript_id: Nullable<string>;
  /** What a callback claims to be the provider's id; believed only once the provider confirms it. */
  callback_transcript_id: Nullable<string>;
  /** Callbacks recorded so far; a check that finds it moved looks again. */
  callbacks: Generated<number>;
  /** SHA-256 of the audio URL that was sent: finds the transcript of a submit whose answer was lost. Null: none was sent. */
  audio_url_hash: Nullable<string>;
  /** Looks in a row that brought no usable answer; sets the next pause. */
  failed_checks: Generated<number>;
  error: Nullable<string>;
  /** Stable word for the kind of `error`, of a failed one. */
  error_code: Nullable<string>;
  /** Abandoned without knowing what became of the request: it counts towards the most that a chunk may have. */
  lost: Generated<boolean>;
  /** Until then the submitter may still be talking to the provider: nobody else may resubmit. */
  lease_until: Date;
  created_at: CreatedAt;
  submitted_at: Nullable<Date>;
  settled_at: Nullable<Date>;
  /** Its copy at the provider is no longer needed, and is, or will be, deleted. */
  provider_deletion_requested_at: Nullable<Date>;
}

/** A copy at the provider that is to be deleted, or was. It outlives its submission. */
export interface ProviderDeletionsTable {
  submission_id: string;
  chunk_id: string;
  conversation_id: string;
  strategy: StrategyName;
  transcript_id: Nullable<string>;
  audio_url_hash: string;
  submission_created_at: Date;
  status: Generated<'pending' | 'deleted'>;
  evidence: Nullable<DeletionEvidence>;
  /** Tries that failed. */
  attempts: Generated<number>;
  next_attempt_at: Generated<Date>;
  error: Nullable<string>;
  requested_at: Generated<Date>;
  deleted_at: Nullable<Date>;
}

/** All that is left of a deleted conversation. */
export interface ConversationDeletionsTable {
  conversation_id: string;
  status: Generated<ConversationDeletionStatus>;
  /** Tries to remove its recordings that failed. */
  attempts: Generated<number>;
  next_attempt_at: Generated<Date>;
  error: Nullable<string>;
  requested_at: Generated<Date>;
  audio_deleted_at: Nullable<Date>;
  deleted_at: Nullable<Date>;
  /** When it was looked once more for what a late upload left. */
  swept_at: Nullable<Date>;
}

/** What the first stage has heard in a conversation so far. */
export interface ConversationLanguagesTable {
  conversation_id: string;
  /** Two letters. */
  language: string;
  /** The highest that the provider has told, 0 to 1. */
  confidence: number;
  chunks: Generated<number>;
}

export interface ProcessingEventsTable {
  id: Generated<number>;
  conversation_id: Nullable<string>;
  chunk_id: Nullable<string>;
  submission_id: Nullable<string>;
  job: string;
  event: 'started' | 'completed' | 'failed';
  duration_ms: Nullable<number>;
  message: Nullable<string>;
  created_at: ColumnType<Date, Date | undefined, never>;
}

/** Where a project's events go. */
export interface EventEndpointsTable {
  id: string;
  project_id: string;
  url: string;
  /** Null: all. */
  types: Nullable<EventType[]>;
  status: Generated<EventEndpointStatus>;
  disabled_reason: Nullable<string>;
  /** Null once it is deleted. */
  secret: Nullable<string>;
  /** Signs beside the other one until it expires. */
  previous_secret: Nullable<string>;
  previous_secret_expires_at: Nullable<Date>;
  created_at: CreatedAt;
  updated_at: Generated<Date>;
}

/** What happened, written by the statement that did it; there only when somebody wanted to be told. */
export interface EventsTable {
  id: string;
  project_id: string;
  conversation_id: string;
  type: EventType;
  data: ColumnType<unknown, string, never>;
  created_at: CreatedAt;
}

/** One event for one endpoint. */
export interface EventDeliveriesTable {
  id: string;
  event_id: string;
  endpoint_id: string;
  project_id: string;
  status: Generated<EventDeliveryStatus>;
  /** Counts resends, from 1; part of the job's id, so that a resend is a new job. */
  round: Generated<number>;
  attempts: Generated<number>;
  round_attempts: Generated<number>;
  next_attempt_at: Nullable<Date>;
  expires_at: Date;
  delivered_at: Nullable<Date>;
  created_at: CreatedAt;
}

export interface EventAttemptsTable {
  delivery_id: string;
  number: number;
  response_status: Nullable<number>;
  error: Nullable<string>;
  duration_ms: number;
  created_at: CreatedAt;
}

/** One row, made with the table. */
export interface InstallationTable {
  id: Generated<string>;
}

export interface PendingChunksTable {
  conversation_id: string;
  chunk_id: string;
}

export interface CoordinationLocksTable {
  name: string;
  owner: string;
  expires_at: Date;
}

export interface CoordinationUsageTable {
  name: string;
  /** Windows since the epoch. */
  window_number: number;
  used: number;
  throttled_until: Generated<Date>;
}

export interface CallbackMetadataTable {
  transcript_id: string;
  metadata: ColumnType<unknown, string, string>;
  expires_at: Date;
}

export interface Schema {
  projects: ProjectsTable;
  conversations: ConversationsTable;
  chunks: ChunksTable;
  submissions: SubmissionsTable;
  conversation_languages: ConversationLanguagesTable;
  processing_events: ProcessingEventsTable;
  provider_deletions: ProviderDeletionsTable;
  conversation_deletions: ConversationDeletionsTable;
  event_endpoints: EventEndpointsTable;
  events: EventsTable;
  event_deliveries: EventDeliveriesTable;
  event_attempts: EventAttemptsTable;
  installation: InstallationTable;
  coordination_pending_chunks: PendingChunksTable;
  coordination_locks: CoordinationLocksTable;
  coordination_usage: CoordinationUsageTable;
  coordination_callback_metadata: CallbackMetadataTable;
}
