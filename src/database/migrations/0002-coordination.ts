import { type Kysely, sql } from 'kysely';

/**
 * Tables of coordination on PostgreSQL. They are unlogged, so that a settle does not wait for a
 * disk. A crash may lose them, as it may lose Redis; the reconciler rebuilds them.
 */
export const coordination = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create unlogged table coordination_pending_chunks (
    conversation_id uuid not null,
    chunk_id uuid not null,
    primary key (conversation_id, chunk_id)
  )`,
  `create unlogged table coordination_locks (
    name text primary key,
    owner text not null,
    expires_at timestamptz not null
  )`,
  `create unlogged table coordination_usage (
    name text primary key,
    window_number bigint not null,
    used bigint not null,
    braked_until timestamptz not null default '-infinity'
  )`,
  `create unlogged table coordination_callback_metadata (
    transcript_id text primary key,
    metadata jsonb not null,
    expires_at timestamptz not null
  )`,
  `create index coordination_callback_metadata_expiry on coordination_callback_metadata (expires_at)`,
];
