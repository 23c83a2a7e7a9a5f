import { CompiledQuery, type Kysely } from 'kysely';
import type { Schema } from './schema.js';
import { storableJson } from './storable.js';

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
 *   unnest($1::integer[]) as place, jsonb_to_record($2::jsonb -> place) as given_row (id uuid, ...)
 *
 * The planner assumes 10 rows for an array, and 100 for a function that returns rows: with that
 * many it would rather read a whole table of some thousand rows than look up each.
 *
 * @param rows what is undefined in one is null
 */
export function batchRows(rows: readonly object[]): [places: number[], rows: string] {
  return [rows.map((_row, index) => index), storableJson(rows)];
}

/** A value for a `json` column, in the order of its keys: rows travel as `jsonb`, which sorts them. */
export function jsonText(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : storableJson(value);
}
