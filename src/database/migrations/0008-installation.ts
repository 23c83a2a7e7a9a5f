import { type Kysely, sql } from 'kysely';

/** Id of this installation, with which stores beside the database are marked. */
export const installation = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `create table installation (
    id uuid not null default gen_random_uuid(),
    is_only boolean primary key default true check (is_only)
  )`,
  `insert into installation default values`,
];
