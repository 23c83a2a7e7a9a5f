import { sql, type Kysely } from 'kysely';
import type { Schema } from '../database/schema.js';

export interface TokenUse {
  inputTokens?: number;
  /** Thoughts included, as they are billed. */
  outputTokens?: number;
}

/** The model that made a text. */
export interface ModelUse extends TokenUse {
  model: string;
  promptVersion: string;
}

/** Counts an answer that brought no text; of one that did, the transition counts. */
export async function addTokens(db: Kysely<Schema>, chunkId: string, use: TokenUse): Promise<void> {
  await db.updateTable('chunks').set(moreTokens(use)).where('id', '=', chunkId).execute();
}

export function moreTokens({ inputTokens = 0, outputTokens = 0 }: TokenUse) {
  return {
    input_tokens: sql<number>`input_tokens + ${inputTokens}::integer`,
    output_tokens: sql<number>`output_tokens + ${outputTokens}::integer`,
  };
}
