import { CompiledQuery, type Kysely } from 'kysely';
import { yieldToEventLoop } from '../event-loop/yield-to-event-loop.js';
import type { Schema } from './schema.js';
import { storableJson } from './storable.js';

/** JSON this long, in characters, takes some ten milliseconds to write; that of ten hours of speech twenty times as long. */
const LONG_JSON_CHARS = 1_000_000;

/** Executes a statement as it stands; each connection prepares it once (`statement-names.ts`). */
export async function runStatement<Row>(
  db: Kysely<Schema>,
  text: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const { rows } = await db.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]));
  return rows;
}

/**
 * `$1` and `$2` of a statement that changes many rows at once. Its text is the same for one row and
 * for many:
 *
 *   unnest($1::integer[]) as place, jsonb_to_record($2::jsonb -> place) as batch_row (id uuid, ...)
 *
 * The planner assumes 10 rows for an array, and 100 for a function that returns rows: with that
 * many it would rather read a whole table of some thousand rows than look up each.
 *
 * The event loop goes on between rows that are long.
 *
 * @param rows what is undefined in one is null
 */
export async function batchRows(rows: readonly object[]): Promise<[indexes: number[], rows: string]> {
  const written: string[] = [];
  for (const row of rows) written.push(await inSteps(row));
  return [rows.map((_row, index) => index), `[${written.join(',')}]`];
}

/**
 * Writes a value for a column of type `json`, in the order of its keys. `jsonb`, which the rows travel
 * as, has an order of its own.
 */
export async function jsonText(value: unknown): Promise<string | undefined> {
  return value === undefined || value === null ? undefined : inSteps(value);
}

async function inSteps(value: unknown): Promise<string> {
  const json = storableJson(value);
  if (json.length > LONG_JSON_CHARS) await yieldToEventLoop();
  return json;
}
