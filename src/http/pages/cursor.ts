import { BadRequestException } from '@nestjs/common';
import { isUUID } from 'class-validator';

/** Sort key of the last entry of a page: a number by which the list is ordered, and then an id. */
export interface Cursor {
  key: number;
  id: string;
}

/** The text of a cursor, which callers hand back as it is. */
export function encodeCursor({ key, id }: Cursor): string {
  return Buffer.from(`${key}.${id}`).toString('base64url');
}

/** @throws BadRequestException when it is no cursor of this service */
export function decodeCursor(text: string): Cursor {
  const [key = '', id = '', ...rest] = Buffer.from(text, 'base64url').toString('latin1').split('.');
  const cursor = { key: Number(key), id };
  const isValid = rest.length === 0 && /^\d+$/.test(key) && Number.isSafeInteger(cursor.key) && isUUID(id);
  if (!isValid || encodeCursor(cursor) !== text) {
    throw new BadRequestException(['cursor must be the nextCursor of a page']);
  }
  return cursor;
}

export interface Page<T> {
  data: T[];
  /** Null on the last page. */
  nextCursor: string | null;
}

/**
 * Makes a page of rows that were read with a limit of one more than the page has.
 *
 * @param cursorOf the sort key of an entry
 */
export function pageOf<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => Cursor): Page<T> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return {
    data,
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(cursorOf(last)) : null,
  };
}
