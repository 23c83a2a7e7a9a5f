import { type Kysely, sql } from 'kysely';

/**
 * Changes of chunks and conversations, for the stream of changes. A row has ids and no texts.
 *
 * Triggers note them, as every process changes these tables by many statements, also one of the
 * previous release. A trigger of a row is not called at all where its condition does not hold, and
 * copies no text; one of a statement would be called each time, with a copy of all rows.
 */
export const changes = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
    await sql.raw(triggerOf('chunks', CHUNK_COLUMNS, FIRST_TEXT)).execute(db);
    await sql.raw(triggerOf('conversations', CONVERSATION_COLUMNS)).execute(db);
  },
};

const CHUNK_COLUMNS = ['status', 'position', 'revision', 'audio_expired_at'];
const CONVERSATION_COLUMNS = [
  'status',
  'summary_status',
  'merge_revision',
  'project_id',
  'title',
  'external_id',
  'metadata',
];

/** Whether there is a text, and not which: a comparison would read both from their storage. */
const FIRST_TEXT = '(old.transcript is null) is distinct from (new.transcript is null)';

const statements = [
  // The transaction comes first: changes are read in the order of transactions, up to the oldest
  // open one, so that a change that is committed late is not missed.
  `create table changes (
    xact xid8 not null default pg_current_xact_id(),
    id bigint generated always as identity,
    kind text not null check (kind in ('start', 'chunk', 'conversation')),
    conversation_id uuid,
    chunk_id uuid,
    project_id uuid,
    created_at timestamptz not null default now(),
    primary key (xact, id)
  )`,
  // The oldest row shows from where on changes are complete.
  `insert into changes (kind) values ('start')`,

  `create function note_chunk_change() returns trigger language plpgsql as $$
    begin
      insert into changes (kind, conversation_id, chunk_id) values ('chunk', new.conversation_id, new.id);
      return null;
    end $$`,
  `create function note_conversation_change() returns trigger language plpgsql as $$
    begin
      insert into changes (kind, conversation_id, project_id)
        values ('conversation', coalesce(new.id, old.id), coalesce(new.project_id, old.project_id));
      return null;
    end $$`,
  `create trigger note_added after insert on chunks for each row execute function note_chunk_change()`,
  // Finds what is left of a chunk whose conversation was deleted.
  `create index provider_deletions_by_chunk on provider_deletions (chunk_id)`,
  `create trigger note_added_or_deleted after insert or delete on conversations
    for each row execute function note_conversation_change()`,
];

function triggerOf(table: 'chunks' | 'conversations', columns: readonly string[], also?: string): string {
  const changed = columns.map((column) => `old.${column} is distinct from new.${column}`);
  return `create trigger note_changed after update on ${table} for each row
    when (${[...changed, ...(also === undefined ? [] : [also])].join(' or ')})
    execute function note_${table === 'chunks' ? 'chunk' : 'conversation'}_change()`;
}
