import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { Cursor } from '../../http/pages/cursor.js';

/** Position in a list that is ordered by age: the time in microseconds, which a Date has not. */
export function ageKey(createdAt: string): RawBuilder<number> {
  return sql<number>`(extract(epoch from ${sql.ref(createdAt)}) * 1000000)::bigint`;
}

/** Whether a row is older than the last one of the page before. */
export function isOlder(
  columns: { createdAt: string; id: string },
  { key, id }: Cursor,
): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${sql.ref(columns.createdAt)}, ${sql.ref(columns.id)})
    < (timestamptz 'epoch' + ${key}::bigint * interval '1 microsecond', ${id}::uuid)`;
}
