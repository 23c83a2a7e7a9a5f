import { sql, type Kysely } from 'kysely';
import { COMPLETE_AT_ONCE, FINAL_TEXT_COLUMNS, finalTextRow, WITH_STORABLE_TEXT } from './chunk-changes.js';
import { GivenRows } from '../database/given-rows.js';
import type { FinalText, Heard } from './texts.js';
import type { Schema } from '../database/schema.js';
import { moveSubmissions } from './move-submissions.js';

// Transitions that every submission goes through: of all that are there at once, with one statement. Each answers which of them
// happened, in the order given. What they mean, SubmissionsRepository tells.

type Db = Kysely<Schema>;

const HEARD_COLUMNS = { language: 'text', confidence: 'real' } as const;

const COMPLETED = sql`status = 'completed', settled_at = now(), lost = false`;

/**
 * Begins the lease of a `created` submission anew, as its request was refused and is sent once more. A
 * lease that is over is not brought back: somebody may be concluding from its end already (rule K4).
 *
 * @returns whether the lease holds, so that the request may be sent
 */
export async function renewLease(db: Db, id: string, leaseMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('submissions')
    .set({ lease_until: sql<Date>`now() + ${leaseMs} * interval '1 millisecond'` })
    .where('id', '=', id)
    .where('status', '=', 'created')
    .where('lease_until', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Counts languages among those of their conversations, in one order for all who do. */
const REMEMBER_LANGUAGES = sql`
  insert into conversation_languages (conversation_id, language, confidence, chunks)
  select moved.conversation_id, given.language, max(given.confidence), count(*) from moved join given on given.id = moved.id
  where given.language is not null group by 1, 2 order by 1, 2
  on conflict (conversation_id, language) do update set
    confidence = greatest(conversation_languages.confidence, excluded.confidence),
    chunks = conversation_languages.chunks + excluded.chunks`;

const recordFinal = moveSubmissions({
  given: new GivenRows({ ...FINAL_TEXT_COLUMNS, ...HEARD_COLUMNS }),
  from: 'submitted',
  only: WITH_STORABLE_TEXT,
  set: COMPLETED,
  chunks: COMPLETE_AT_ONCE,
  also: REMEMBER_LANGUAGES,
});

/** submitted -> completed, with a text that needs no correction; not with one that must be redacted and is not. */
export async function recordFinalText(
  db: Db,
  { heard, ...text }: { submissionId: string; heard?: Heard } & FinalText,
): Promise<boolean> {
  const moved = await recordFinal(db, [{ ...finalTextRow(text), ...heardRow(heard) }]);
  return moved.has(text.submissionId);
}

function heardRow(heard: Heard | undefined) {
  return { language: heard?.language, confidence: heard?.confidence };
}
