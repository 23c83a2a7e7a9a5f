import { BadRequestException } from '@nestjs/common';

/** Largest value of the column, which is PostgreSQL's integer. */
export const MAX_REVISION = 2_147_483_647;

/** Digits of a revision, which is at most `MAX_REVISION`. */
const DIGITS = /^\d{1,10}$/;

/** Makes the cursor of the page after a revision. Callers pass it back, and do not read it. */
export function cursorAfter(revision: number): string {
  return Buffer.from(String(revision)).toString('base64url');
}

/** @throws BadRequestException when the cursor was not made by `cursorAfter` */
export function revisionOf(cursor: string): number {
  const digits = Buffer.from(cursor, 'base64url').toString();
  const revision = Number(digits);
  if (!DIGITS.test(digits) || revision > MAX_REVISION || cursorAfter(revision) !== cursor) {
    throw new BadRequestException(['cursor must be the nextCursor of a page']);
  }
  return revision;
}
