import { type Kysely, sql } from 'kysely';

/**
 * Resumable uploads, and the parts of their bytes that are stored.
 *
 * Rows vanish with their conversation, also when a process of the previous release deletes it. The
 * bytes are stored under the keys of the conversation, and are removed with its recordings.
 */
export const uploads = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table uploads (
    id uuid primary key,
    conversation_id uuid not null references conversations (id) on delete cascade,
    chunk_id uuid not null,
    status text not null default 'receiving' check (status in ('receiving', 'completed', 'discarded')),
    length bigint not null,
    position integer,
    idempotency_key text,
    metadata text,
    target text,
    next_part integer not null default 1,
    part_bytes bigint not null default 0,
    tail_name text,
    tail_bytes bigint not null default 0,
    has_bytes boolean not null default true,
    lock_token uuid,
    lock_until timestamptz,
    lock_wanted boolean not null default false,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
  )`,
  // A repeated creation finds the upload of the first one.
  `create unique index uploads_by_idempotency_key on uploads (conversation_id, idempotency_key)
    where idempotency_key is not null`,
  `create index uploads_by_conversation on uploads (conversation_id)`,
  `create index uploads_by_chunk on uploads (chunk_id)`,
  `create index uploads_by_expiry on uploads (expires_at)`,
  // Work of the timer: uploads that are not over, or that are over and still have bytes.
  `create index uploads_unsettled on uploads (id) where status = 'receiving' or has_bytes`,

  `create table upload_parts (
    upload_id uuid not null references uploads (id) on delete cascade,
    number integer not null,
    bytes bigint not null,
    name text not null,
    primary key (upload_id, number)
  )`,
];
