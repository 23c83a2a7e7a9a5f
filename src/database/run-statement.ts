import { CompiledQuery, type Kysely } from 'kysely';
import { yieldToEventLoop } from '../event-loop/yield-to-event-loop.js';
import type { Schema } from './schema.js';
import { storableJson } from './storable.js';

/**
 * JSON this long, in characters, takes some 10 ms to write; that of ten hours of speech, 20 times.
 */
const LONG_JSON_CHARS = 1_000_000;

/** Executes a statement as it is; each connection prepares it once (`statement-names.ts`). */
export async function runStatement<Row>(
  db: Kysely<Schema>,
  text: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]));
  return rows;
}

/**
 * Makes `$1` and `$2` of a statement that changes many rows at once. Its text is the same for one
 * row and for many:
 *
 *   unnest($1::integer[]) as row_index, jsonb_to_record($2::jsonb -> row_index) as batch_row (...)
 *
 * The planner assumes 10 rows for an array, and 100 for a function that returns rows. With 100, it
 * would rather scan a table of some thousand rows than look up each row.
 *
 * Yields to the event loop between long rows.
 *
 * @param rows undefined values become null
 */
export async function batchRows(rows: readonly object[]): Promise<[indexes: number[], rows: string]> {
  const written: string[] = [];
  for (const row of rows) written.push(await stringify(row));
  return [rows.map((_row, index) => index), `[${written.join(',')}]`];
}

/** Writes a value for a `json` column with its order of keys, which `jsonb` would not keep. */
export async function jsonText(value: unknown): Promise<string | undefined> {
  return value === undefined || value === null ? undefined : stringify(value);
}

async function stringify(value: unknown): Promise<string> {
  const json = storableJson(value);
  if (json.length > LONG_JSON_CHARS) await yieldToEventLoop();
  return json;
}
