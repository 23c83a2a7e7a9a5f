import { type Kysely, sql } from 'kysely';

/** Projects, conversations, chunks, submissions and the processing log. */
export const records = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table projects (
    id uuid primary key,
    name text not null,
    language text,
    transcript_prompt text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`,

  `create table conversations (
    id uuid primary key,
    project_id uuid references projects (id),
    language text,
    transcript_prompt text,
    redact_pii boolean not null,
    anonymize boolean not null,
    status text not null default 'open' check (status in ('open', 'finished', 'finalized')),
    merge_needed boolean not null default false,
    transcript text,
    summary text,
    summary_status text not null default 'none'
      check (summary_status in ('none', 'pending', 'completed', 'failed')),
    summary_error text,
    merge_revision integer not null default 0,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    finalized_at timestamptz
  )`,
  // Read by the reconciler only; they hold the few conversations that still owe something.
  `create index conversations_merge_needed on conversations (id) where merge_needed and status <> 'open'`,
  `create index conversations_summary_pending on conversations (id) where summary_status = 'pending'`,

  `create table chunks (
    id uuid primary key,
    conversation_id uuid not null references conversations (id),
    position integer not null,
    status text not null default 'queued'
      check (status in ('queued', 'transcribing', 'correcting', 'completed', 'failed')),
    attempt integer not null default 1,
    submission_id uuid,
    audio_key text,
    audio_url text,
    audio_mime_type text,
    audio_bytes bigint,
    idempotency_key text,
    redact_pii boolean,
    transcript text,
    error text,
    error_code text,
    diarization json,
    created_at timestamptz not null default now(),
    queued_at timestamptz not null default now(),
    failed_submits integer not null default 0,
    submitted_at timestamptz,
    transcribed_at timestamptz,
    completed_at timestamptz,
    check (num_nonnulls(audio_key, audio_url) = 1),
    unique (conversation_id, idempotency_key)
  )`,
  `create index chunks_by_position on chunks (conversation_id, position, id)`,
  `create index chunks_unsettled on chunks (conversation_id, id) where status in ('queued', 'transcribing', 'correcting')`,

  `create index chunks_failed on chunks (id) where status = 'failed'`,

  `create table submissions (
    id uuid primary key,
    chunk_id uuid not null references chunks (id),
    conversation_id uuid not null,
    status text not null default 'created'
      check (status in ('created', 'submitted', 'completed', 'failed', 'abandoned')),
    strategy text not null check (strategy in ('webhook', 'polling')),
    transcript_id text unique,
    callback_transcript_id text,
    callbacks integer not null default 0,
    audio_url_hash text not null,
    failed_looks integer not null default 0,
    error text,
    lease_until timestamptz not null,
    created_at timestamptz not null default now(),
    submitted_at timestamptz,
    settled_at timestamptz
  )`,
  // Guarantees that the service never has a chunk at the provider twice.
  `create unique index submissions_one_open_per_chunk on submissions (chunk_id)
    where status in ('created', 'submitted')`,
  `create index submissions_open on submissions (id) where status in ('created', 'submitted')`,

  `create table processing_events (
    id bigint generated always as identity primary key,
    conversation_id uuid,
    chunk_id uuid,
    submission_id uuid,
    job text not null,
    event text not null check (event in ('started', 'completed', 'failed')),
    duration_ms integer,
    message text,
    created_at timestamptz not null default now()
  )`,
  `create index processing_events_by_chunk on processing_events (chunk_id, id) where chunk_id is not null`,
  `create index processing_events_by_conversation on processing_events (conversation_id, id)
    where conversation_id is not null`,
];
