/**
 * Place in the order of changes: the transaction that made a change, and its number. Numbers begin
 * at 1, so a cursor with number 0 is before all changes of its transaction.
 */
export interface Cursor {
  xact: bigint;
  id: bigint;
}

/** Largest value of PostgreSQL's bigint; transaction ids stay far below. */
const MAX_NUMBER = 9_223_372_036_854_775_807n;

const CURSOR = /^(?<xact>\d{1,19})-(?<id>\d{1,19})$/;

/** Writes a cursor as the id of an event. */
export function formatCursor({ xact, id }: Cursor): string {
  return `${xact}-${id}`;
}

/** @returns undefined for a text that is not the id of an event */
export function parseCursor(text: string): Cursor | undefined {
  const groups = CURSOR.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const cursor = { xact: BigInt(groups.xact ?? ''), id: BigInt(groups.id ?? '') };
  return cursor.xact > MAX_NUMBER || cursor.id > MAX_NUMBER ? undefined : cursor;
}

/** Whether `cursor` is behind `other` in the order of changes. */
export function isAfter(cursor: Cursor, other: Cursor): boolean {
  return cursor.xact === other.xact ? cursor.id > other.id : cursor.xact > other.xact;
}
