import { type Kysely, sql } from 'kysely';

/** Records redaction, copies at the provider, removed recordings and deleted conversations. */
export const privacy = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `alter table chunks
    add column redaction jsonb,
    add column audio_expired_at timestamptz,
    add column audio_deleted_at timestamptz`,
  `create index chunks_audio_by_age on chunks (completed_at)
    where audio_key is not null and audio_expired_at is null and status in ('completed', 'failed')`,
  `create index chunks_audio_expired on chunks (id) where audio_expired_at is not null and audio_deleted_at is null`,

  `alter table submissions add column provider_deletion_requested_at timestamptz`,
  // Without it, each deletion of a chunk would read all submissions to check their foreign key.
  `create index submissions_by_chunk on submissions (chunk_id)`,
  `create index submissions_kept_at_provider on submissions (id)
    where provider_deletion_requested_at is null and status in ('completed', 'failed', 'abandoned')`,

  // No foreign keys: these rows outlive the rows to which they refer.
  `create table provider_deletions (
    submission_id uuid primary key,
    chunk_id uuid not null,
    conversation_id uuid not null,
    strategy text not null,
    transcript_id text,
    audio_url_hash text not null,
    submission_created_at timestamptz not null,
    status text not null default 'pending' check (status in ('pending', 'deleted')),
    evidence text,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null default now(),
    error text,
    requested_at timestamptz not null default now(),
    deleted_at timestamptz
  )`,
  `create index provider_deletions_pending on provider_deletions (next_attempt_at) where status = 'pending'`,
  `create index provider_deletions_by_conversation on provider_deletions (conversation_id)`,

  `create table conversation_deletions (
    conversation_id uuid primary key,
    status text not null default 'deleting' check (status in ('deleting', 'deleted')),
    attempts integer not null default 0,
    next_attempt_at timestamptz not null default now(),
    error text,
    requested_at timestamptz not null default now(),
    audio_deleted_at timestamptz,
    deleted_at timestamptz,
    swept_at timestamptz
  )`,
  `create index conversation_deletions_unfinished on conversation_deletions (next_attempt_at) where swept_at is null`,
];
