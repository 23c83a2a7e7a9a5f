import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { createDiscardingPool } from '../../src/database/discarding-pool.js';
import { HalfOpenProxy } from '../support/half-open-proxy.js';
import { query } from '../support/record.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const QUERY_TIMEOUT_MS = 300;

describe('a pool with one connection, whose server falls silent during a transaction', () => {
  let testDatabase: TestDatabase;
  let proxy: HalfOpenProxy;
  let database: Kysely<Record<string, never>>;

  beforeAll(async () => {
    testDatabase = await createTestDatabase({ migrated: false });
    await query(testDatabase.url, 'create table done (what text)');
    proxy = await HalfOpenProxy.start(testDatabase.url);
    const pool = new pg.Pool({ connectionString: proxy.url, max: 1, query_timeout: QUERY_TIMEOUT_MS });
    database = new Kysely({ dialect: new PostgresDialect({ pool: createDiscardingPool(pool) }) });
  });

  afterAll(async () => {
    await database.destroy();
    await proxy.stop();
    await testDatabase.drop();
  });

  const note = async (what: string, db = database) => {
    await sql`insert into done values (${what})`.execute(db);
  };
  const storedNotes = async () => {
    const rows = await query<{ what: string }>(testDatabase.url, 'table done');
    return rows.map(({ what }) => what);
  };
  /** @returns milliseconds until it was given up */
  const silentTransaction = async () => {
    const start = performance.now();
    const transaction = database.transaction().execute(async (trx) => {
      await note('half', trx);
      proxy.silence();
      await note('the other half', trx);
    });
    await expect(transaction).rejects.toThrow('Query read timeout');
    return performance.now() - start;
  };

  it('does not commit an abandoned transaction with the next one, when the server continues', async () => {
    await silentTransaction();
    proxy.heal('continue');
    await database.transaction().execute((trx) => note('all of the next one', trx));

    expect(await storedNotes()).toEqual(['all of the next one']);
  });

  it('works again over a new connection, while the old one stays silent', async () => {
    await silentTransaction();
    proxy.heal('stay dead');
    await note('over a new connection');

    expect(await storedNotes()).toEqual(['all of the next one', 'over a new connection']);
  });

  it('abandons a transaction after its first unanswered statement', async () => {
    expect(await silentTransaction()).toBeLessThan(2 * QUERY_TIMEOUT_MS);
    proxy.heal('stay dead');
  });

  it('keeps its connection after an error of the server', async () => {
    const connection = async () => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(database);
      return rows[0]?.pid;
    };
    const before = await connection();
    await expect(sql`select 1 / 0`.execute(database)).rejects.toThrow('division by zero');

    expect(await connection()).toBe(before);
  });
});
