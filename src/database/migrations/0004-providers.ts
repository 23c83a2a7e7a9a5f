import { type Kysely, sql } from 'kysely';

/** More providers of transcripts than one: submissions that are answered by the request itself. */
export const providers = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `alter table submissions
    add column provider text not null default 'assemblyai' check (provider in ('assemblyai', 'litellm', 'gemini')),
    add column lost boolean not null default false,
    add column error_code text,
    alter column strategy drop not null,
    alter column audio_url_hash drop not null`,
];
