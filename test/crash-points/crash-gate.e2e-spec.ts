import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { RedisServer } from '../support/redis-server.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { HttpProxy } from './http-proxy.js';
import { planOf } from './plan.js';
import { PostgresProtocol } from './postgres-protocol.js';
import { RedisProtocol, ScriptNames } from './redis-protocol.js';
import { CrashGate, type Side } from './crash-gate.js';
import { WireProxy } from './wire-proxy.js';

const INSERT = 'insert into never_seen (word) values ($1)';

describe('the crash gate between a service and the servers it uses', () => {
  const crashGate = new CrashGate();
  let database: TestDatabase;
  let postgres: { proxy: WireProxy; url: string };
  let behind: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    postgres = await WireProxy.start(database.url, crashGate, () => new PostgresProtocol());
    behind = new pg.Client({ connectionString: database.url });
    await behind.connect();
    await behind.query('create table never_seen (word text)');
  });

  beforeEach(async () => {
    await behind.query('truncate never_seen');
  });

  afterAll(async () => {
    await behind.end();
    await postgres.proxy.close();
    await database.drop();
  });

  it('counts each unknown statement before and after, and a full walk kills at all of these points', async () => {
    const client = await connected(postgres.url);
    crashGate.begin();

    await client.query(INSERT, ['one']);
    await client.query(INSERT, ['two']);

    const path = crashGate.end();
    await client.end();
    expect(path).toEqual(
      ['postgres: insert into never_seen #1', 'postgres: insert into never_seen #2'].flatMap((name) => [
        { name, side: 'before', isRead: false },
        { name, side: 'after', isRead: false },
      ]),
    );
    expect(
      planOf('postgres', { RINGBACK_CRASH_POINTS: 'all' }).choose(
        { strategy: 'webhook', length: 'short' },
        path,
      ),
    ).toEqual(path);
  });

  it('counts the insert of a deletion, and not the periodic queries for deletions', async () => {
    const client = await connected(postgres.url);
    crashGate.begin();

    await client.query('insert into "conversation_deletions" ("conversation_id") values ($1)', [
      randomUUID(),
    ]);
    await client.query('select "status" from "conversation_deletions" where "status" = $1', ['deleting']);
    await client.query('select "id" from "chunks" where "audio_expired_at" is not null');
    await client.query('update "conversation_deletions" set "status" = $1 where false', ['deleted']);

    const path = crashGate.end();
    await client.end();
    expect(new Set(path.map(({ name }) => name))).toEqual(
      new Set(['postgres: insert into conversation_deletions #1']),
    );
  });

  it('counts a request to a provider it has never seen', async () => {
    const simulator: Simulator = await startSimulator();
    const provider = await HttpProxy.start({ name: 'provider', targetUrl: simulator.url }, crashGate);
    crashGate.begin();

    await fetch(`${provider.url}/v9/never-seen?with=a-query`, { method: 'POST', body: 'a body' });

    const name = 'provider: POST /v9/never-seen #1';
    expect(crashGate.end()).toEqual([
      { name, side: 'before', isRead: false },
      { name, side: 'after', isRead: false },
    ]);
    await provider.close();
    await simulator.close();
  });

  it.each<[Side, number]>([
    ['before', 0],
    ['after', 1],
  ])(
    'kills %s a statement, which then has been carried out %d times, and returns no answer',
    async (side, times) => {
      const client = await connected(postgres.url);
      // The connection breaks, which the client reports to its listeners.
      client.on('error', () => undefined);
      let kills = 0;
      const kill = (): void => {
        kills += 1;
        postgres.proxy.cut();
      };
      crashGate.begin({ point: { name: 'postgres: insert into never_seen #2', side }, kill });
      await client.query(INSERT, ['one']);

      await expect(client.query(INSERT, ['two'])).rejects.toThrow();

      expect(kills).toBe(1);
      const { rows } = await behind.query(`select from never_seen where word = 'two'`);
      expect(rows).toHaveLength(times);
    },
  );

  it('counts a command and a script it has never seen', async () => {
    const server = await RedisServer.start();
    const scripts = new ScriptNames();
    const { proxy, url } = await WireProxy.start(server.url, crashGate, () => new RedisProtocol(scripts));
    const redis = new Redis(url, { lazyConnect: true });
    await redis.connect();
    crashGate.begin();

    await redis.zadd('never:seen', 1, 'word');
    await redis.eval(`return redis.call('RPUSH', KEYS[1], 'word')`, 1, 'never:seen:list');

    expect(crashGate.end().map(({ side, name }) => `${side} ${name}`)).toEqual([
      'before redis: ZADD never:seen #1',
      'after redis: ZADD never:seen #1',
      'before redis: script of RPUSH never:seen:list #1',
      'after redis: script of RPUSH never:seen:list #1',
    ]);
    redis.disconnect();
    await proxy.close();
    await server.stop();
  });
});

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
