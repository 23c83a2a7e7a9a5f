import { type Kysely, sql } from 'kysely';

/**
 * Summaries of the parts of long conversations.
 *
 * They hold what a transcript says, so they go with it. A trigger removes them, as many statements
 * replace or remove a merged transcript, also those of a process of the previous release.
 */
export const summaryParts = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table summary_parts (
    conversation_id uuid not null references conversations (id) on delete cascade,
    level integer not null,
    ordinal integer not null,
    merge_revision integer not null,
    prompt_version text not null,
    summary text,
    error text,
    tries integer not null default 0,
    model text,
    input_tokens integer,
    output_tokens integer,
    created_at timestamptz not null default now(),
    primary key (conversation_id, level, ordinal),
    check (num_nonnulls(summary, error) <= 1)
  )`,

  // After a failure the summaries stay, so that the next request for a summary goes on from there.
  // Failures are removed, so that they are tried again.
  `create function drop_summary_parts() returns trigger language plpgsql as $$
    begin
      delete from summary_parts where conversation_id = new.id and (summary is null
        or new.summary_status <> 'failed' or new.merge_revision <> old.merge_revision or new.transcript is null);
      return null;
    end $$`,
  `create trigger drop_summary_parts after update on conversations for each row
    when (old.merge_revision <> new.merge_revision
      or (old.summary_status in ('pending', 'failed') and new.summary_status not in ('pending', old.summary_status))
      or (old.transcript is not null and new.transcript is null))
    execute function drop_summary_parts()`,
];
