import { type Kysely, sql } from 'kysely';

/**
 * Windows of long recordings, each corrected by a request of its own (decision 25). A chunk without
 * rows has one window.
 */
export const correctionWindows = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  // The chunk comes first in the key: its windows are read and removed by it.
  `create table correction_windows (
    chunk_id uuid not null references chunks (id) on delete cascade,
    submission_id uuid not null,
    ordinal integer not null,
    round integer not null default 1,
    status text not null default 'pending' check (status in ('pending', 'corrected', 'uncorrected')),
    start_ms integer,
    end_ms integer,
    first_word integer,
    last_word integer,
    text text,
    is_redacted boolean not null,
    transcript text,
    note text,
    error text,
    error_code text,
    model text,
    prompt_version text,
    used_audio boolean,
    audio_omitted text,
    input_tokens integer not null default 0,
    output_tokens integer not null default 0,
    redaction jsonb,
    settled_at timestamptz,
    primary key (chunk_id, submission_id, ordinal)
  )`,

  // Progress of a chunk whose own columns do not change meanwhile. A chunk with one window inserts
  // its row when it completes, which is a change of its own.
  `create function note_window_change() returns trigger language plpgsql as $$
    begin
      insert into changes (kind, conversation_id, chunk_id)
        select 'chunk', conversation_id, id from chunks where id = new.chunk_id;
      return null;
    end $$`,
  `create trigger note_changed after update on correction_windows for each row
    when (old.status is distinct from new.status) execute function note_window_change()`,

  // A process of the previous release redacts the text of a chunk, and knows no windows. This
  // release redacts them first.
  `create function remove_unredacted_windows() returns trigger language plpgsql as $$
    begin
      delete from correction_windows where chunk_id = new.id and not is_redacted;
      return null;
    end $$`,
  `create trigger remove_unredacted_windows after update of redact_pii on chunks for each row
    when (new.redact_pii and old.redact_pii is distinct from true)
    execute function remove_unredacted_windows()`,
];
