import type { Executor } from '../chunk-transitions.js';

/** @returns the newest first-stage text of an edited chunk, or null when it has none */
export async function firstStageText(db: Executor, chunkId: string): Promise<string | null> {
  const row = await db
    .selectFrom('chunk_revisions')
    .select('text')
    .where('chunk_id', '=', chunkId)
    .where('origin', '=', 'first_stage')
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.text ?? null;
}

export async function removeRevisions(db: Executor, chunkId: string): Promise<void> {
  await db.deleteFrom('chunk_revisions').where('chunk_id', '=', chunkId).execute();
}
