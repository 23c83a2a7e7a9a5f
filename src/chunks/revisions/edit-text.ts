import { sql } from 'kysely';
import type { RedactionPass, RevisionOrigin } from '../../database/schema.js';
import { storableJson, storableText } from '../../database/storable.js';
import { addCounts } from '../../redaction/count-markers.js';
import { redactPatternsInSteps } from '../../redaction/redact-patterns.js';
import type { Executor } from '../chunk-transitions.js';
import { NOTHING_TO_TRANSCRIBE } from '../empty-text.js';
import { machineOrigin } from './machine-origin.js';

export type EditResult =
  | { kind: 'stored'; conversationId: string }
  | { kind: 'unchanged' }
  | { kind: 'stale'; newest: number }
  | { kind: 'no_text' }
  | { kind: 'no_revision' }
  | { kind: 'no_chunk' };

interface Author {
  /** Name of the API key; null when none is configured. */
  madeBy: string | null;
}

interface EditedChunk {
  id: string;
  conversationId: string;
  transcript: string | null;
  revision: number;
  redaction: RedactionPass[] | null;
  editedAt: Date | null;
  transcribedAt: Date | null;
  completedAt: Date | null;
  schema: string | null;
  model: string | null;
  /** Whether its text must be redacted, by its own setting or by one of its conversation. */
  isRedacted: boolean;
}

/**
 * Stores a text of a person, in the caller's transaction. It stays whatever machines bring later.
 *
 * @param edit.basedOn the newest revision that the person knew; of two edits of the same revision,
 * the second is stale
 */
export async function editText(
  trx: Executor,
  chunkId: string,
  edit: { text: string; basedOn: number } & Author,
): Promise<EditResult> {
  const chunk = await lockChunk(trx, chunkId);
  if (chunk === undefined) return { kind: 'no_chunk' };
  if (chunk.transcript === null) return { kind: 'no_text' };
  if (edit.basedOn !== chunk.revision) return { kind: 'stale', newest: chunk.revision };
  return storeText(trx, chunk, { origin: 'edit', ...edit });
}

/** Stores the text of an older revision as the newest one, in the caller's transaction. */
export async function restoreText(
  trx: Executor,
  chunkId: string,
  { revision, madeBy }: { revision: number } & Author,
): Promise<EditResult> {
  const chunk = await lockChunk(trx, chunkId);
  if (chunk === undefined) return { kind: 'no_chunk' };
  if (chunk.transcript === null) return { kind: 'no_revision' };
  // The only text of a chunk that nobody edited has no row.
  if (chunk.editedAt === null && revision === chunk.revision) return { kind: 'unchanged' };
  const row = await trx
    .selectFrom('chunk_revisions')
    .select('text')
    .where('chunk_id', '=', chunkId)
    .where('revision', '=', revision)
    .executeTakeFirst();
  if (row === undefined) return { kind: 'no_revision' };
  return storeText(trx, chunk, { origin: 'restore', text: row.text, madeBy });
}

/** Locks the chunk, so that its text and its setting do not change until the transaction ends. */
async function lockChunk(trx: Executor, id: string): Promise<EditedChunk | undefined> {
  return trx
    .selectFrom('chunks as c')
    .innerJoin('conversations as v', 'v.id', 'c.conversation_id')
    .select([
      'c.id',
      'c.conversation_id as conversationId',
      'c.transcript',
      'c.revision',
      'c.redaction',
      'c.edited_at as editedAt',
      'c.transcribed_at as transcribedAt',
      'c.completed_at as completedAt',
      sql<string | null>`c.diarization ->> 'schema'`.as('schema'),
      'c.model',
      sql<boolean>`coalesce(c.redact_pii, v.redact_pii) or v.anonymize`.as('isRedacted'),
    ])
    .where('c.id', '=', id)
    .forNoKeyUpdate('c')
    .executeTakeFirst();
}

async function storeText(
  trx: Executor,
  chunk: EditedChunk,
  given: { origin: RevisionOrigin; text: string } & Author,
): Promise<EditResult> {
  const { text, redaction } = await allowedText(chunk, given.text);
  if (text === chunk.transcript) return { kind: 'unchanged' };
  if (chunk.editedAt === null) await storeMachineText(trx, chunk);
  const revision = chunk.revision + 1;
  await trx
    .insertInto('chunk_revisions')
    .values({ chunk_id: chunk.id, revision, origin: given.origin, text, made_by: given.madeBy })
    .execute();
  await trx
    .updateTable('chunks')
    .set({ transcript: text, revision, edited_at: sql<Date>`now()`, redaction })
    .where('id', '=', chunk.id)
    .execute();
  return { kind: 'stored', conversationId: chunk.conversationId };
}

/** Stores the text before the first edit, which has no row until then. */
async function storeMachineText(trx: Executor, chunk: EditedChunk): Promise<void> {
  const { id, revision, transcript, completedAt, transcribedAt } = chunk;
  await trx
    .insertInto('chunk_revisions')
    .values({
      chunk_id: id,
      revision,
      origin: machineOrigin(chunk),
      text: transcript ?? '',
      created_at: completedAt ?? transcribedAt ?? undefined,
    })
    .execute();
}

/** Returns the part of a person's text that may be stored, and the passes over the chunk's text. */
async function allowedText(
  { isRedacted, redaction }: EditedChunk,
  given: string,
): Promise<{ text: string; redaction: string | null }> {
  const spoken = storableText(given).trim();
  const passes = redaction ?? [];
  if (!isRedacted) {
    return { text: spoken || NOTHING_TO_TRANSCRIBE, redaction: redaction && storableJson(passes) };
  }
  const { text, counts } = await redactPatternsInSteps(spoken);
  const earlier = passes.filter(({ by }) => by === 'edit_patterns');
  const pass: RedactionPass = {
    by: 'edit_patterns',
    at: new Date().toISOString(),
    counts: addCounts([...earlier.map((one) => one.counts), counts]),
  };
  const others = passes.filter(({ by }) => by !== 'edit_patterns');
  return { text: text || NOTHING_TO_TRANSCRIBE, redaction: storableJson([...others, pass]) };
}
