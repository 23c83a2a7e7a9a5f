import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { prepareStatement } from '../../src/database/prepare-statement.js';
import { useOpenedDatabase } from '../support/opened-database.js';

describe('a statement that is put together once', () => {
  const opened = useOpenedDatabase();

  it('takes the values of each execution, side by side and in a transaction, beside those it has itself', async () => {
    let written = 0;
    const statement = prepareStatement<{ first: string; second: readonly number[] }, { told: string }>(
      (value) => {
        written++;
        return sql`select ${value('first')}::text || ${' and '}::text
          || array_to_string(${value('second')}::integer[], ',') || ${value('first')}::text as told`;
      },
    );

    const told = await Promise.all([
      statement(opened().database, { first: 'a', second: [1, 2] }),
      statement(opened().database, { first: 'b', second: [] }),
      opened()
        .database.transaction()
        .execute((trx) => statement(trx, { first: 'c', second: [3] })),
    ]);

    expect(told).toEqual([[{ told: 'a and 1,2a' }], [{ told: 'b and b' }], [{ told: 'c and 3c' }]]);
    expect(written).toBe(1);
  });

  it('may be written by a builder, and gives its rows', async () => {
    const byId = prepareStatement<{ ids: readonly string[] }, { id: string; language: string | null }>(
      (value, db) =>
        db
          .selectFrom('conversations')
          .select(['id', 'language'])
          .where(sql<boolean>`id = any(${value('ids')}::uuid[])`)
          .where('status', '=', 'open'),
    );
    const id = '019a0000-0000-7000-8000-000000000001';
    await opened()
      .database.insertInto('conversations')
      .values({ id, redact_pii: false, anonymize: false })
      .execute();

    expect(await byId(opened().database, { ids: [id] })).toEqual([{ id, language: null }]);
    expect(await byId(opened().database, { ids: [] })).toEqual([]);
  });

  it('can be executed again after the server has refused it', async () => {
    const divide = prepareStatement<{ by: number }, { result: number }>(
      (value) => sql`select 6 / ${value('by')}::integer as result`,
    );

    await expect(divide(opened().database, { by: 0 })).rejects.toThrow('division by zero');
    expect(await divide(opened().database, { by: 3 })).toEqual([{ result: 2 }]);
  });
});
