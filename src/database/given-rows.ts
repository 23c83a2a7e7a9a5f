import { sql, type RawBuilder } from 'kysely';
import { storableJson } from './storable.js';

type ColumnType = 'uuid' | 'text' | 'integer' | 'bigint' | 'real' | 'boolean' | 'json' | 'jsonb';

/**
 * Rows for a statement to read. Its text is the same for one row and for many, and the server prepares it once. What a row does
 * not give is null.
 *
 * The server takes an array for ten rows where it knows no better, and a function that returns rows for a hundred: with that many
 * it would rather read a whole table of some thousand rows than look up each.
 *
 * @param columns the type of each; of `json` the server keeps the text as it is, in the order of its keys
 */
export function givenRows<Row extends object>(
  columns: Readonly<Record<keyof Row & string, ColumnType>>,
  rows: readonly Row[],
): RawBuilder<unknown> {
  const types = Object.entries<ColumnType>(columns);
  const isText = new Set(types.filter(([, type]) => type === 'json').map(([name]) => name));
  const carried = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]: [string, unknown]) => [
        name,
        isText.has(name) && typeof value === 'object' && value !== null ? storableJson(value) : value,
      ]),
    ),
  );
  const names = types.map(([name, type]) => sql`given_row.${sql.ref(name)}::${sql.raw(type)}`);
  const carriedTypes = types.map(
    ([name, type]) => sql`${sql.ref(name)} ${sql.raw(type === 'json' ? 'text' : type)}`,
  );
  return sql`select ${sql.join(names)} from unnest(${rows.map((_row, index) => index)}::integer[]) as place,
    jsonb_to_record(${storableJson(carried)}::jsonb -> place) as given_row (${sql.join(carriedTypes)})`;
}
