import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { CarriedRows, GivenRows } from '../database/given-rows.js';
import { prepareStatement } from '../database/prepare-statement.js';
import type { Schema, SubmissionStatus } from '../database/schema.js';

export interface SubmissionsMove<Column extends string> {
  /** The relation `given`: the `id` of each submission, once, and what the other parts read of it. */
  given: GivenRows<Column>;
  from: SubmissionStatus;
  /** The ids of those that may move, by what else is true now; reads `given`, and `id` and `chunk_id` of `locked`. All, if not given. */
  only?: RawBuilder<unknown>;
  /** Assignments to columns of the submission. */
  set: RawBuilder<unknown>;
  /** Changes the chunks of those that have moved: the relation `moved`, with their `id`, `chunk_id` and `conversation_id`. */
  chunks: RawBuilder<unknown>;
  /** Whatever else follows for those that have moved. */
  also?: RawBuilder<unknown>;
}

/**
 * Changes submissions and what depends on them in one statement: all or nothing as in a transaction, with one round trip. For
 * a submission that is not in the state `from` nothing happens.
 *
 * Submissions are locked in the order of their ids, and chunks after them, as in every transaction: two processes that move the
 * same ones do not lock each other out.
 *
 * States are compared by `is not distinct from`, here and in the parts: for `=` the server may take the index of all open ones,
 * which it believes to be few, and walk through the whole backlog each time.
 *
 * @returns executes it for these; answers with the ids of those that have moved
 */
export function moveSubmissions<Column extends string>(
  move: SubmissionsMove<Column>,
): (db: Kysely<Schema>, submissions: readonly Readonly<Record<Column, unknown>>[]) => Promise<Set<string>> {
  const { given, from, only = sql`select id from locked`, set, chunks, also = sql`select` } = move;
  const statement = prepareStatement<CarriedRows, { id: string }>(
    (value) => sql`
    with given as (${given.relation(value)}),
    locked as materialized (
      select id, chunk_id from submissions where id in (select id from given) order by id for no key update
    ),
    allowed as materialized (${only}),
    moved as (
      update submissions as s set ${set} from given, allowed
      where s.id = given.id and s.id = allowed.id and s.status is not distinct from ${from}
      returning s.id, s.chunk_id, s.conversation_id
    ),
    chunks_changed as (${chunks}),
    also_changed as (${also})
    select id from moved`,
  );
  return async (db, submissions) => {
    const moved = await statement(db, await given.carry(submissions));
    return new Set(moved.map(({ id }) => id));
  };
}
