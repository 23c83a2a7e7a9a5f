import { type Kysely, sql } from 'kysely';

/**
 * Names of conversations, indexes of the lists, the words by which conversations are found, and a
 * note about each text whose correction failed.
 *
 * Nothing here reads a text, and no table of texts is rewritten: processes of the previous release
 * wait for a second or two with a hundred thousand conversations. The words of existing texts are
 * filled in afterwards, by the workers. A trigger keeps the words, so that those of a transcript
 * that the previous release merges are found as well.
 */
export const lists = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

/**
 * Characters of a transcript whose words are kept, at the first try and at the second. The first
 * has room for ten hours of speech. PostgreSQL stores at most a megabyte of distinct words: the
 * second try has less of them, whatever the language.
 */
const SEARCHED_CHARACTERS = [1_200_000, 60_000];

const statements = [
  // These only block writes. Columns are added last, as this also blocks reads until the end.
  `create index conversations_by_age on conversations (created_at, id)`,
  `create index conversations_by_project on conversations (project_id, created_at, id)`,
  `create index conversations_by_status on conversations (status, created_at, id)`,
  `create index conversations_by_project_and_status on conversations (project_id, status, created_at, id)`,
  `create index projects_by_age on projects (created_at, id)`,
  `create index event_deliveries_by_status on event_deliveries (status, id)`,
  `create index event_deliveries_by_project_and_status on event_deliveries (project_id, status, id)`,

  // Words in lower case, without accents, separated by blanks: the same for texts and for queries,
  // whatever the locale of the database.
  String.raw`create function searched_words(words text) returns text
    language sql immutable parallel safe as $$
      select regexp_replace(
        regexp_replace(normalize(lower(words), NFKD), '[\u0300-\u036f]+', '', 'g'),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f]+', ' ', 'g')
    $$`,
  `create table conversation_words (
    conversation_id uuid not null,
    project_id uuid,
    status text not null,
    created_at timestamptz not null,
    words tsvector
  ) with (fillfactor = 90)`,
  // Uncompressed, as a search may compare some hundreds of rows one by one; and without statistics,
  // which would read thousands of long rows, and be used by no statement.
  `alter table conversation_words
    alter column words set storage external,
    alter column words set statistics 0`,
  `insert into conversation_words (conversation_id, project_id, status, created_at)
    select id, project_id, status, created_at from conversations where transcript is not null`,
  `alter table conversation_words add primary key (conversation_id)`,
  // A search also reads the words that wait to be sorted into the index: half a megabyte at most.
  `create index conversation_words_by_word on conversation_words using gin (words)
    with (gin_pending_list_limit = 512)`,
  `create index conversation_words_by_age on conversation_words (created_at, conversation_id)`,
  `create index conversation_words_by_project on conversation_words (project_id, created_at, conversation_id)`,
  `create index conversation_words_by_status on conversation_words (status, created_at, conversation_id)`,
  `create index conversation_words_by_project_and_status
    on conversation_words (project_id, status, created_at, conversation_id)`,
  // Read by the workers only, until it is empty.
  `create index conversation_words_missing on conversation_words (conversation_id) where words is null`,
  `create function words_of_conversation(title text, external_id text, transcript text) returns tsvector
    language plpgsql immutable as $$
    declare
      characters integer;
    begin
      foreach characters in array array[${SEARCHED_CHARACTERS.join(', ')}] loop
        begin
          return strip(to_tsvector('pg_catalog.simple', searched_words(
            concat_ws(' ', title, external_id, left(transcript, characters)))));
        exception when others then
          -- No text fails to be stored for its words.
        end;
      end loop;
      return '';
    end $$`,
  `create function keep_conversation_words() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and new.title is not distinct from old.title
          and new.external_id is not distinct from old.external_id
          and new.transcript is not distinct from old.transcript then
        update conversation_words set status = new.status
          where conversation_id = new.id and status <> new.status;
        return null;
      end if;
      insert into conversation_words (conversation_id, project_id, status, created_at, words)
        values (new.id, new.project_id, new.status, new.created_at,
          words_of_conversation(new.title, new.external_id, new.transcript))
        on conflict (conversation_id) do update set status = excluded.status, words = excluded.words;
      return null;
    end $$`,

  `alter table conversations
    add column title text,
    add column external_id text,
    add column metadata jsonb not null default '{}'`,
  // A conversation without a project has its external id among those without one.
  `create unique index conversations_external_id
    on conversations (external_id, coalesce(project_id, '00000000-0000-0000-0000-000000000000'))
    where external_id is not null`,
  `alter table conversation_words
    add foreign key (conversation_id) references conversations (id) on delete cascade`,
  `create trigger conversation_words_of_new after insert on conversations for each row
    when (new.title is not null or new.external_id is not null or new.transcript is not null)
    execute function keep_conversation_words()`,
  `create trigger conversation_words_of_changed after update of title, external_id, transcript, status
    on conversations for each row execute function keep_conversation_words()`,

  // The note of a chunk holds while the text is still that of the submission.
  `create table uncorrected_chunks (
    chunk_id uuid primary key references chunks (id) on delete cascade,
    conversation_id uuid not null,
    submission_id uuid not null,
    code text not null,
    error text not null,
    noted_at timestamptz not null default now()
  )`,
  `create index uncorrected_chunks_by_code on uncorrected_chunks (code, chunk_id)`,
];
