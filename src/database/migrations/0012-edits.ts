import { type Kysely, sql } from 'kysely';

/**
 * Edits of texts by people, and the revisions of an edited text.
 *
 * A process of the previous release does not know the columns. It stores a machine's text over an
 * edit, or redacts a text without its revisions. The trigger recognizes such a statement: this
 * release changes `revision` whenever it changes the text.
 */
export const edits = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `alter table chunks add column revision integer not null default 0, add column edited_at timestamptz`,

  `create table chunk_revisions (
    chunk_id uuid not null references chunks (id) on delete cascade,
    revision integer not null,
    origin text not null check (origin in ('first_stage', 'correction', 'edit', 'restore')),
    text text not null,
    made_by text,
    created_at timestamptz not null default now(),
    primary key (chunk_id, revision)
  )`,

  `alter table conversations add column summary_outdated boolean not null default false`,

  // A change of redaction, and a restart that removes the text, also remove the edit and all
  // revisions. Any other text is a machine's: it becomes a revision, and the edit stays.
  `create function keep_edited_text() returns trigger language plpgsql as $$
    begin
      new.revision := old.revision + 1;
      if new.redact_pii is distinct from old.redact_pii or (new.transcript is null and new.status = 'queued') then
        delete from chunk_revisions where chunk_id = old.id;
        new.edited_at := null;
        return new;
      end if;
      if new.transcript is not null then
        insert into chunk_revisions (chunk_id, revision, origin, text)
        values (old.id, new.revision, case new.status when 'completed' then 'correction' else 'first_stage' end,
          new.transcript);
      end if;
      new.transcript := old.transcript;
      return new;
    end $$`,
  `create trigger keep_edited_text before update of transcript on chunks for each row
    when (old.edited_at is not null and new.revision = old.revision and new.transcript is distinct from old.transcript)
    execute function keep_edited_text()`,
];
