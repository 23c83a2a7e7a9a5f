import type { ColumnType, Generated } from 'kysely';
import type { ChunkStatus, SubmissionStatus, WindowStatus } from '../chunks/states.js';
import type { CreatedAt, Nullable } from './column-types.js';
import type {
  CallbackMetadataTable,
  CoordinationUsageTable,
  PendingChunksTable,
} from './coordination-tables.js';
import type {
  EventAttemptsTable,
  EventDeliveriesTable,
  EventEndpointsTable,
  EventsTable,
} from './event-tables.js';
import type { UploadPartsTable, UploadsTable } from './upload-tables.js';

export type ConversationStatus = 'open' | 'finished' | 'finalized';
export type SummaryStatus = 'none' | 'pending' | 'completed' | 'failed';
export type StrategyName = 'webhook' | 'polling';
/** Provider of a submission: AssemblyAI is polled; the others respond with the transcript. */
export type SubmissionProvider = 'assemblyai' | 'litellm' | 'gemini';
export type ConversationDeletionStatus = 'deleting' | 'deleted';
/** Proof of a deletion: the provider returned an empty transcript, did not know it, or has none. */
export type DeletionEvidence = 'emptied' | 'unknown' | 'not_found';

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
  /** Whether the provider is asked to distinguish speakers. */
  speaker_labels: Generated<boolean>;
  status: Generated<ConversationStatus>;
  /** Whether the merged transcript is missing or outdated, so that a finalization is owed. */
  merge_needed: Generated<boolean>;
  transcript: Nullable<string>;
  summary: Nullable<string>;
  summary_status: Generated<SummaryStatus>;
  summary_error: Nullable<string>;
  summary_model: Nullable<string>;
  summary_prompt_version: Nullable<string>;
  /** Whether the transcript was edited after the summary was made. */
  summary_outdated: Generated<boolean>;
  /** Counts merges, so that a summary of an older merge is not stored for a newer one. */
  merge_revision: Generated<number>;
  created_at: CreatedAt;
  finished_at: Nullable<Date>;
  finalized_at: Nullable<Date>;
  /** Position of the next chunk. */
  next_position: Generated<number>;
  title: Nullable<string>;
  /** Id that the caller has given it; unique within its project, and among those without one. */
  external_id: Nullable<string>;
  metadata: ColumnType<Record<string, string>, string | undefined, string>;
}

/**
 * The summary of a part of a long conversation, until that of the whole is made. A trigger removes
 * it with the merged transcript that it was made of.
 */
export interface SummaryPartsTable {
  conversation_id: string;
  /** 0: a part of the transcript; from 1: a group of summaries of the level below. */
  level: number;
  ordinal: number;
  /** The merge whose transcript was cut into parts. */
  merge_revision: number;
  prompt_version: string;
  /** Null while it is owed, and when it was refused. */
  summary: Nullable<string>;
  /** Why no model summarizes the part. */
  error: Nullable<string>;
  /** Number of failed tries. */
  tries: Generated<number>;
  model: Nullable<string>;
  input_tokens: Nullable<number>;
  output_tokens: Nullable<number>;
  created_at: CreatedAt;
}

/**
 * The words by which a conversation is found: of its title, its external id and its transcript. A
 * trigger of `conversations` writes them, and keeps the other columns alike.
 */
export interface ConversationWordsTable {
  conversation_id: string;
  project_id: Nullable<string>;
  status: ConversationStatus;
  created_at: Date;
  /** Null: the transcript was there before this table was, and a worker fills them in. */
  words: Nullable<string>;
}

export interface ChunksTable {
  id: string;
  conversation_id: string;
  position: number;
  status: Generated<ChunkStatus>;
  /** Counts how often the chunk was queued, from 1. It is part of the submit job's id. */
  attempt: Generated<number>;
  /** Submission whose result the chunk takes; results of older ones change no row. */
  submission_id: Nullable<string>;
  audio_key: Nullable<string>;
  audio_url: Nullable<string>;
  audio_mime_type: Nullable<string>;
  audio_bytes: Nullable<number>;
  /** Facts from the file itself; null: not known, or not yet. */
  audio_container: Nullable<string>;
  audio_codec: Nullable<string>;
  audio_channels: Nullable<number>;
  /** Samples a second. */
  audio_sample_rate: Nullable<number>;
  /** Length, measured from the file, or else as the first stage reports it. */
  audio_seconds: Nullable<number>;
  idempotency_key: Nullable<string>;
  /** Set by a restart with a setting of its own; null: the conversation's setting applies. */
  redact_pii: Nullable<boolean>;
  transcript: Nullable<string>;
  error: Nullable<string>;
  /** Stable identifier of the kind of `error`, to find and retry similar failures together. */
  error_code: Nullable<string>;
  /** Model and prompt that made the text; null when no model did. */
  model: Nullable<string>;
  prompt_version: Nullable<string>;
  /** Tokens of all models' answers for this chunk, refused answers and restarts included. */
  input_tokens: Generated<number>;
  output_tokens: Generated<number>;
  diarization: ColumnType<Diarization | null, string | null | undefined, string | null>;
  created_at: CreatedAt;
  /** When the chunk was accepted or restarted: the time limit of its submits starts here. */
  queued_at: Generated<Date>;
  /** Number of consecutive submits with a temporary failure; determines the next pause. */
  failed_submits: Generated<number>;
  submitted_at: Nullable<Date>;
  transcribed_at: Nullable<Date>;
  completed_at: Nullable<Date>;
  /** Redactions of the text so far, without the text; null when redaction was not requested. */
  redaction: ColumnType<RedactionPass[] | null, string | null | undefined, string | null>;
  /** When the retention of the recording ended; the chunk cannot be restarted afterwards. */
  audio_expired_at: Nullable<Date>;
  audio_deleted_at: Nullable<Date>;
  /** Counts the texts of the chunk, those of machines and of people; 0 before the first. */
  revision: Generated<number>;
  /** Set by a person's first edit: from then on, no machine's text replaces `transcript`. */
  edited_at: Nullable<Date>;
}

/** Origin of a revision: the recognizer, the correction, an edit, or an older revision. */
export type RevisionOrigin = 'first_stage' | 'correction' | 'edit' | 'restore';

/** A text of a chunk. A chunk has rows from its first edit on. */
export interface ChunkRevisionsTable {
  chunk_id: string;
  revision: number;
  origin: RevisionOrigin;
  text: string;
  /** Name of the API key of an edit. */
  made_by: Nullable<string>;
  created_at: ColumnType<Date, Date | undefined, never>;
}

/** A pass over a text that redacts personal data; it has counts and no text. */
export interface RedactionPass {
  by: 'first_stage_patterns' | 'model' | 'final_patterns' | 'edit_patterns';
  /** ISO 8601. */
  at: string;
  /** Number of inserted markers by kind. */
  counts: Partial<Record<string, number>>;
  /** Set for the model's pass. */
  model?: string;
  promptVersion?: string;
}

/** Origin of the text; the name of the schema says what `data` holds. */
export interface Diarization {
  schema: string;
  data: unknown;
}

/**
 * Note that the correction of a chunk failed, and that the first stage's text became final. It
 * holds as long as the chunk is completed by that submission, and its text was made by no model.
 */
export interface UncorrectedChunksTable {
  chunk_id: string;
  conversation_id: string;
  submission_id: string;
  /** Stable identifier of the kind of `error`. */
  code: string;
  error: string;
  noted_at: Generated<Date>;
}

/**
 * A part of a long recording that is corrected by a request of its own. A chunk without rows has
 * one window, whose row is inserted when it is corrected.
 */
export interface CorrectionWindowsTable {
  chunk_id: string;
  submission_id: string;
  /** Position in the recording, from 0. */
  ordinal: number;
  /** Counts how often the window was to be corrected, from 1. It is part of the job's id. */
  round: Generated<number>;
  status: Generated<WindowStatus>;
  /** Milliseconds from the beginning of the recording; null: the whole recording. */
  start_ms: Nullable<number>;
  end_ms: Nullable<number>;
  /** Indexes of words in the recognizer's list; null: all words. */
  first_word: Nullable<number>;
  last_word: Nullable<number>;
  /**
   * First-stage text; null for an anonymized chunk, and where the chunk has the text of its only
   * window.
   */
  text: Nullable<string>;
  /** Whether the texts may be stored when redaction is requested. */
  is_redacted: boolean;
  /** Corrected text; null where there is none, or where it is that of the whole chunk. */
  transcript: Nullable<string>;
  note: Nullable<string>;
  error: Nullable<string>;
  error_code: Nullable<string>;
  model: Nullable<string>;
  prompt_version: Nullable<string>;
  used_audio: Nullable<boolean>;
  /** Why the sound was not used, for people. */
  audio_omitted: Nullable<string>;
  /** Tokens of all answers, refused ones and earlier rounds included. */
  input_tokens: Generated<number>;
  output_tokens: Generated<number>;
  redaction: ColumnType<RedactionPass[] | null, string | null | undefined, string | null>;
  settled_at: Nullable<Date>;
}

export interface SubmissionsTable {
  id: string;
  chunk_id: string;
  conversation_id: string;
  status: Generated<SubmissionStatus>;
  provider: Generated<SubmissionProvider>;
  /** Null where the provider responds with the transcript. */
  strategy: Nullable<StrategyName>;
  /** The provider's id; unique, so that no transcript belongs to two submissions. */
  transcript_id: Nullable<string>;
  /** The provider's id as claimed by a callback; not trusted until the provider confirms it. */
  callback_transcript_id: Nullable<string>;
  /** Number of callbacks so far; a check that finds it increased polls again. */
  callbacks: Generated<number>;
  /** SHA-256 of the audio URL, to find a transcript after a lost answer; null: none was sent. */
  audio_url_hash: Nullable<string>;
  /** Number of consecutive checks without a usable answer; determines the next pause. */
  failed_checks: Generated<number>;
  error: Nullable<string>;
  /** Stable identifier of the kind of `error`; set when the submission failed. */
  error_code: Nullable<string>;
  /** Abandoned with an unknown outcome of the request; it counts towards the chunk's maximum. */
  lost: Generated<boolean>;
  /**
   * Until then the submitter may still be talking to the provider: no other process may resubmit.
   */
  lease_until: Date;
  created_at: CreatedAt;
  submitted_at: Nullable<Date>;
  settled_at: Nullable<Date>;
  /** When the provider's copy was no longer needed; it has been, or will be, deleted. */
  provider_deletion_requested_at: Nullable<Date>;
}

/** A copy at the provider that is to be deleted, or was. The row outlives its submission. */
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
  /** Number of failed attempts. */
  attempts: Generated<number>;
  next_attempt_at: Generated<Date>;
  error: Nullable<string>;
  requested_at: Generated<Date>;
  deleted_at: Nullable<Date>;
}

/** The remaining data of a deleted conversation. */
export interface ConversationDeletionsTable {
  conversation_id: string;
  status: Generated<ConversationDeletionStatus>;
  /** Number of failed attempts to remove the recordings. */
  attempts: Generated<number>;
  next_attempt_at: Generated<Date>;
  error: Nullable<string>;
  requested_at: Generated<Date>;
  audio_deleted_at: Nullable<Date>;
  deleted_at: Nullable<Date>;
  /** When it was searched once more for recordings that a late upload left. */
  swept_at: Nullable<Date>;
}

/** A language that the first stage has detected in a conversation. */
export interface ConversationLanguagesTable {
  conversation_id: string;
  /** Two letters. */
  language: string;
  /** Highest confidence that the provider has reported, 0 to 1. */
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

/** A session of the console. */
export interface SessionsTable {
  /** SHA-256 of the token in the cookie. */
  token_sha256: Buffer;
  /** SHA-256 of the API key that the session stands for. */
  key_sha256: Buffer;
  created_at: CreatedAt;
  expires_at: Date;
}

/** A change of a chunk or a conversation, noted by triggers; it has no text. */
export interface ChangesTable {
  /** Transaction that made the change. */
  xact: Generated<string>;
  id: Generated<number>;
  /** The first row of the table is of no change. */
  kind: 'start' | 'chunk' | 'conversation';
  conversation_id: Nullable<string>;
  chunk_id: Nullable<string>;
  /** Set for changes of conversations, as a deleted one has no row that says it. */
  project_id: Nullable<string>;
  created_at: CreatedAt;
}

/** The table has one row, which is inserted when the table is created. */
export interface InstallationTable {
  id: Generated<string>;
}

export interface Schema {
  projects: ProjectsTable;
  conversations: ConversationsTable;
  conversation_words: ConversationWordsTable;
  summary_parts: SummaryPartsTable;
  chunks: ChunksTable;
  uncorrected_chunks: UncorrectedChunksTable;
  chunk_revisions: ChunkRevisionsTable;
  correction_windows: CorrectionWindowsTable;
  submissions: SubmissionsTable;
  conversation_languages: ConversationLanguagesTable;
  processing_events: ProcessingEventsTable;
  provider_deletions: ProviderDeletionsTable;
  conversation_deletions: ConversationDeletionsTable;
  event_endpoints: EventEndpointsTable;
  events: EventsTable;
  event_deliveries: EventDeliveriesTable;
  event_attempts: EventAttemptsTable;
  sessions: SessionsTable;
  changes: ChangesTable;
  uploads: UploadsTable;
  upload_parts: UploadPartsTable;
  installation: InstallationTable;
  coordination_pending_chunks: PendingChunksTable;
  coordination_usage: CoordinationUsageTable;
  coordination_callback_metadata: CallbackMetadataTable;
}
