import { type Kysely, sql } from 'kysely';

/**
 * Adds plain names for two columns. The old columns stay for processes of the previous release,
 * which may run beside this one or be started again. The release after next drops them.
 */
export const plainNames = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};

const statements = [
  `alter table submissions add column failed_checks integer not null default 0`,
  `update submissions set failed_checks = failed_looks where failed_looks > 0`,
  `alter table coordination_usage add column throttled_until timestamptz not null default '-infinity'`,
  `update coordination_usage set throttled_until = braked_until where braked_until > now()`,
];
