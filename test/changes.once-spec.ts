import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/database/database.js';
import { openDatabase } from '../src/database/database.js';
import { ChangesRepository, READ_PAGE } from '../src/stream/changes.repository.js';
import type { Cursor } from '../src/stream/cursor.js';
import { query } from './support/record.js';
import { createTestDatabase, type TestDatabase } from './support/test-database.js';
import { waitUntil } from './support/wait-until.js';

const SESSIONS = 4;
const ADD = 'insert into conversations (id, redact_pii, anonymize) values ($1, false, false)';

let testDatabase: TestDatabase;
let database: Database;
let changes: ChangesRepository;
let sessions: pg.Client[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  ({ database } = openDatabase(testDatabase.url, () => undefined));
  changes = new ChangesRepository(database);
  sessions = await Promise.all(
    Array.from({ length: SESSIONS }, async () => {
      const client = new pg.Client({ connectionString: testDatabase.url });
      await client.connect();
      return client;
    }),
  );
});

afterAll(async () => {
  for (const session of sessions) await session.end();
  await database.destroy();
  await testDatabase.drop();
});

/** Reads on from a cursor, as the reader and a client do. */
class Reading {
  readonly seen: string[] = [];

  constructor(private cursor: Cursor) {}

  async go(): Promise<string[]> {
    const page = await changes.page(this.cursor);
    expect(page.isIncomplete).toBe(false);
    this.cursor = page.end;
    this.seen.push(...page.changes.map(({ conversationId }) => conversationId));
    return this.seen;
  }
}

const ACTIONS = ['change', 'change', 'commit', 'rollback', 'read'] as const;

describe('changes', () => {
  it('of a transaction that is committed late come after those of a later one that was faster', async () => {
    const reading = new Reading(await changes.now());
    const [late, fast] = sessions as [pg.Client, pg.Client];
    const [first, second] = [randomUUID(), randomUUID()];
    await late.query('begin');
    await late.query(ADD, [first]);
    await fast.query(ADD, [second]);

    expect(await reading.go()).toEqual([]);
    await late.query('commit');

    expect(
      await waitUntil(
        () => reading.go(),
        (seen) => seen.length === 2,
      ),
    ).toEqual([first, second]);
  });

  it('are all read once, in whatever order transactions begin, end and are read', async () => {
    const step = fc.record({ session: fc.nat(SESSIONS - 1), action: fc.constantFrom(...ACTIONS) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const reading = new Reading(await changes.now());
        const pending = sessions.map((): string[] => []);
        const committed: string[] = [];
        const end = async (index: number, how: 'commit' | 'rollback'): Promise<void> => {
          await sessions[index]?.query(how);
          if (how === 'commit') committed.push(...(pending[index] ?? []));
          pending[index] = [];
        };
        for (const { session, action } of steps) {
          const own = pending[session] ?? [];
          if (action === 'read') await reading.go();
          else if (action !== 'change') await end(session, action);
          else {
            if (own.length === 0) await sessions[session]?.query('begin');
            const id = randomUUID();
            await sessions[session]?.query(ADD, [id]);
            own.push(id);
          }
        }
        for (const index of sessions.keys()) await end(index, 'commit');
        const seen = await waitUntil(
          () => reading.go(),
          ({ length }) => length >= committed.length,
        );
        expect([...seen].sort()).toEqual([...committed].sort());
      }),
      { numRuns: 40 },
    );
  });

  it('are noted only where a state has changed, by any statement', async () => {
    const [session] = sessions as [pg.Client];
    const conversation = randomUUID();
    const chunk = randomUUID();
    const count = async (): Promise<number> => {
      const { rows } = await session.query<{ count: number }>(
        'select count(*)::integer as count from changes where conversation_id = $1',
        [conversation],
      );
      return rows[0]?.count ?? 0;
    };
    const counts: number[] = [];
    for (const statement of [
      `insert into conversations (id, redact_pii, anonymize) values ('${conversation}', false, false)`,
      `update conversations set next_position = 7, merge_needed = true`,
      `insert into chunks (id, conversation_id, position, audio_url)
        values ('${chunk}', '${conversation}', 1, 'http://192.0.2.1/')`,
      `update chunks set submission_id = id, attempt = 2, input_tokens = 3`,
      `update chunks set status = 'correcting', transcript = 'a text'`,
      `update chunks set diarization = '{}', status = 'correcting'`,
      `update chunks set status = 'completed', transcript = 'a better text'`,
      `update conversations set status = 'finalized', transcript = 'a better text', merge_revision = 1`,
      `delete from chunks where id = '${chunk}'`,
      `delete from conversations where id = '${conversation}'`,
    ]) {
      await session.query(statement);
      counts.push(await count());
    }

    expect(counts).toEqual([1, 1, 2, 2, 3, 3, 4, 5, 5, 6]);
    expect(JSON.stringify(await query(testDatabase.url, 'select * from changes'))).not.toContain('text');
  });

  it('are removed when they are old, except the last one, before which a client cannot go on', async () => {
    const start = await changes.now();
    for (let index = 0; index < 10; index += 1) await query(testDatabase.url, ADD, [randomUUID()]);
    const page = await waitUntil(
      () => changes.page(start),
      (one) => one.changes.length === 10,
    );
    const cursors = page.changes.map(({ cursor }) => cursor);
    await query(
      testDatabase.url,
      `update changes set created_at = now() - interval '2 hours' where (xact, id) <= ($1::xid8, $2::bigint)`,
      [String(cursors[6]?.xact), String(cursors[6]?.id)],
    );
    // A batch may be smaller than what is old.
    let removed = 1;
    while (removed > 0) removed = await changes.removeOld({ keepMs: 3_600_000, limit: 3 });

    const isIncomplete = await Promise.all(
      cursors.map(async (cursor) => (await changes.page(cursor)).isIncomplete),
    );
    expect(isIncomplete).toEqual([...Array<boolean>(6).fill(true), false, false, false, false]);
    expect((await changes.page(cursors[6] as Cursor)).changes).toHaveLength(3);
    expect(await changes.ageAfter(cursors[8] as Cursor)).toBeGreaterThan(0);
    expect(await changes.ageAfter(cursors[9] as Cursor)).toBe(0);
  });

  it('are read by indexes alone, however many there are', async () => {
    const [session] = sessions as [pg.Client];
    await session.query(
      `insert into conversations (id, redact_pii, anonymize) select gen_random_uuid(), false, false
        from generate_series(1, 3000)`,
    );
    await session.query(
      `insert into chunks (id, conversation_id, position, audio_url)
        select gen_random_uuid(), id, 0, 'http://192.0.2.1/' from conversations`,
    );
    await session.query('analyze');
    await session.query('set plan_cache_mode = force_generic_plan');
    await session.query(`prepare read_page (xid8, bigint) as ${READ_PAGE}`);
    const { rows } = await session.query<{ 'QUERY PLAN': string }>(`explain execute read_page ('5', 1)`);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');

    expect(plan).not.toContain('Seq Scan');
    for (const index of ['changes_pkey', 'chunks_pkey', 'conversations_pkey']) expect(plan).toContain(index);
  });
});
