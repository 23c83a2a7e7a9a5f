import { BadRequestException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, pageOf } from './cursor.js';

const ID = '01890000-0000-7000-8000-000000000000';
const cursorOf = (text: string): string => Buffer.from(text).toString('base64url');

describe('a cursor', () => {
  it.each([0, 1_764_237_600_123_456, Number.MAX_SAFE_INTEGER])('is read as it was written: %d', (key) => {
    expect(decodeCursor(encodeCursor({ key, id: ID }))).toEqual({ key, id: ID });
  });

  it.each([
    ['empty', ''],
    ['no base64url', '***'],
    ['an id alone', cursorOf(ID)],
    ['no id', cursorOf('5.')],
    ['no UUID', cursorOf('5.abc')],
    ['a fraction', cursorOf(`5.5.${ID}`)],
    ['negative', cursorOf(`-5.${ID}`)],
    ['larger than a number can be', cursorOf(`99999999999999999999.${ID}`)],
    ['written in another way', cursorOf(`05.${ID}`)],
    ['padded', `${encodeCursor({ key: 5, id: ID })}=`],
  ])('is refused when it is %s', (_name, text) => {
    expect(() => decodeCursor(text)).toThrow(BadRequestException);
  });
});

describe('a page', () => {
  const row = (key: number) => ({ key, id: ID });

  it('has no next one when no more rows were read than it has', () => {
    expect(pageOf([row(1), row(2)], 2, (one) => one)).toEqual({ data: [row(1), row(2)], nextCursor: null });
    expect(pageOf([], 2, (one: { key: number; id: string }) => one)).toEqual({ data: [], nextCursor: null });
  });

  it('has a next one after its last row otherwise', () => {
    expect(pageOf([row(1), row(2), row(3)], 2, (one) => one)).toEqual({
      data: [row(1), row(2)],
      nextCursor: encodeCursor(row(2)),
    });
  });
});
