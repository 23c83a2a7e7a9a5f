import { type Kysely, sql } from 'kysely';

/**
 * Adds providers that respond with the transcript, models and their tokens, and detected languages.
 */
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
  `alter table chunks
    add column model text,
    add column prompt_version text,
    add column input_tokens integer not null default 0,
    add column output_tokens integer not null default 0`,
  `create table conversation_languages (
    conversation_id uuid not null references conversations (id) on delete cascade,
    language text not null,
    confidence real not null,
    chunks integer not null default 1,
    primary key (conversation_id, language)
  )`,
  `alter table conversations
    add column speaker_labels boolean not null default false,
    add column summary_model text,
    add column summary_prompt_version text`,
];
