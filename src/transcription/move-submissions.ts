import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Schema, SubmissionStatus } from '../database/schema.js';

export interface SubmissionsMove {
  /** The relation `given`: the `id` of each submission, once, and what the other parts read of it. */
  given: RawBuilder<unknown>;
  from: SubmissionStatus;
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
 * @returns the ids of those that have moved
 */
export async function moveSubmissions(db: Kysely<Schema>, move: SubmissionsMove): Promise<Set<string>> {
  const { given, from, set, chunks, also = sql`select` } = move;
  const { rows } = await sql<{ id: string }>`
    with given as (${given}),
    locked as materialized (
      select id from submissions where id in (select id from given) order by id for no key update
    ),
    moved as (
      update submissions as s set ${set} from given, locked
      where s.id = given.id and s.id = locked.id and s.status is not distinct from ${from}
      returning s.id, s.chunk_id, s.conversation_id
    ),
    chunks_changed as (${chunks}),
    also_changed as (${also})
    select id from moved`.execute(db);
  return new Set(rows.map(({ id }) => id));
}
