import type { ColumnType } from 'kysely';

/** Set by the database when it inserts the row, and never changed. */
export type CreatedAt = ColumnType<Date, never, never>;
export type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;
