import { describe, expect, it } from 'vitest';
import { batchRows, jsonText, runStatement } from '../../src/database/run-statement.js';
import { useOpenedDatabase } from '../support/opened-database.js';

describe('a statement in plain SQL', () => {
  const opened = useOpenedDatabase();

  it('uses the values of each execution, concurrently and in a transaction', async () => {
    const join = `select $1::text || ' and ' || array_to_string($2::integer[], ',') || $1::text as joined`;

    const results = await Promise.all([
      runStatement(opened().database, join, ['a', [1, 2]]),
      runStatement(opened().database, join, ['b', []]),
      opened()
        .database.transaction()
        .execute((trx) => runStatement(trx, join, ['c', [3]])),
    ]);

    expect(results).toEqual([[{ joined: 'a and 1,2a' }], [{ joined: 'b and b' }], [{ joined: 'c and 3c' }]]);
  });

  it('returns its rows, also when there are none', async () => {
    const byId = `select id, language from conversations where id = any($1::uuid[]) and status = 'open'`;
    const id = '019a0000-0000-7000-8000-000000000001';
    await opened()
      .database.insertInto('conversations')
      .values({ id, redact_pii: false, anonymize: false })
      .execute();

    expect(await runStatement(opened().database, byId, [[id]])).toEqual([{ id, language: null }]);
    expect(await runStatement(opened().database, byId, [[]])).toEqual([]);
  });

  it('can be executed again after the server has refused it', async () => {
    const divide = 'select 6 / $1::integer as result';

    await expect(runStatement(opened().database, divide, [0])).rejects.toThrow('division by zero');
    expect(await runStatement(opened().database, divide, [3])).toEqual([{ result: 2 }]);
  });

  it('reads all batch rows, with missing values as null and JSON in the order of its keys', async () => {
    const read = `select batch_row.number, batch_row.word, batch_row.data::json::text as data
      from unnest($1::integer[]) as place, jsonb_to_record($2::jsonb -> place) as batch_row (number integer, word text, data text)
      order by number`;
    const rows = [{ number: 1, word: 'a\0b', data: await jsonText({ z: 1, a: 'c\0' }) }, { number: 2 }];

    expect(await runStatement(opened().database, read, await batchRows(rows))).toEqual([
      { number: 1, word: 'ab', data: '{"z":1,"a":"c"}' },
      { number: 2, word: null, data: null },
    ]);
    expect(await runStatement(opened().database, read, await batchRows([]))).toEqual([]);
  });
});
