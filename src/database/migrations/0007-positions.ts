import { type Kysely, sql } from 'kysely';

/**
 * Position of a conversation's next chunk, so that one statement can add a chunk. A statement that
 * waited for the row lock sees the current counter, but not the chunks that were added meanwhile.
 */
export const positions = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `alter table conversations add column next_position bigint not null default 0`,
  `update conversations set next_position = last.position::bigint + 1
    from (select conversation_id, max(position) as position from chunks group by conversation_id) as last
    where last.conversation_id = conversations.id`,
];
