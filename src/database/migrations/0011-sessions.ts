import { type Kysely, sql } from 'kysely';

/** Sessions of the console. A session stands for an API key, and ends with it. */
export const sessions = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table sessions (
    token_sha256 bytea primary key,
    key_sha256 bytea not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
  )`,
  // Expired sessions are removed at each login.
  `create index sessions_expires_at on sessions (expires_at)`,
];
