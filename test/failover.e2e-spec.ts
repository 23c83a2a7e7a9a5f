import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUEUE_NAMES } from '../src/queues/job-catalogue.js';
import { settleChunk } from './support/one-chunk.js';
import { query } from './support/record.js';
import { PostgresServer } from './support/postgres-server.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const START_DEADLINE_MS = 120_000;
/** More than the sessions of a pool, so that each session that the failover left behind is used. */
const REQUESTS = 30;
/** One worker for each queue, with a LISTEN connection of its own on PostgreSQL. */
const WORKERS = Object.keys(QUEUE_NAMES).length;
/** Written so that the query that contains it does not match itself. */
const IS_LISTENER = `query like '%LISTEN bullmq_' || 'jobs%'`;

interface ReadyReport {
  details: Partial<Record<string, { status: string; message: string }>>;
}

/**
 * A proxy or a name may still lead to the old primary. Sessions with it live on when the new one is
 * found.
 */
describe('sessions with a read-only server', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let proxy: TcpProxy;
  let world: World;

  beforeAll(async () => {
    primary = await PostgresServer.start();
    const started = await TcpProxy.start(primary.url);
    proxy = started.proxy;
    world = await World.start({
      strategy: 'polling',
      database: { url: started.url, drop: () => Promise.all([proxy.close(), primary.drop()]).then() },
    });
    await world.stopService();
    standby = await primary.startStandby();
    await world.startService();
  }, START_DEADLINE_MS);

  afterAll(async () => {
    await world.stop();
    await standby.drop();
  });

  it('show in the readiness report, answer reads, and answer changes with 503', async () => {
    proxy.leadTo(standby.url);
    await proxy.close();
    await proxy.open();
    const { body } = await waitUntil(
      () => world.api.get<ReadyReport>('/health/ready'),
      (answer) => answer.status === 503 && /only read/.test(answer.body.details.database?.message ?? ''),
    );

    if (world.engine === 'postgres') expect(body.details.queues?.status).toBe('down');
    expect(await world.api.post('/api/conversations', {})).toMatchObject({
      status: 503,
      body: { message: 'the database takes no changes now; try again in a while' },
    });
    expect((await read(REQUESTS)).every(({ status }) => status === 404)).toBe(true);
  });

  it('refuse one change at most when new sessions can write', async () => {
    await read(REQUESTS);
    proxy.leadTo(primary.url);
    const statuses: number[] = [];
    for (let request = 0; request < REQUESTS; request += 1) {
      statuses.push((await world.api.post('/api/conversations', {})).status);
    }

    expect(statuses.slice(1)).toEqual(statuses.slice(1).map(() => 201));
    expect((await world.api.get('/health/ready')).status).toBe(200);
  });

  it('keep no worker from its jobs, even one that listens on them', async () => {
    // Workers reconnect one by one after the previous test.
    if (world.engine === 'postgres') await waitUntil(listeners, ({ length }) => length === WORKERS);
    proxy.leadTo(standby.url);
    if (world.engine === 'postgres') await moveListenersToStandby();
    proxy.leadTo(primary.url);

    expect(await settleChunk(world.api)).toMatchObject({ status: 'completed', error: null });
  });

  /** Sends so many reads at once that all sessions of the pool are open. */
  async function read(times: number) {
    const path = '/api/conversations/00000000-0000-7000-8000-000000000000';
    return Promise.all(Array.from({ length: times }, () => world.api.get(path)));
  }

  async function listeners(): Promise<object[]> {
    return query(primary.url, `select pid from pg_stat_activity where ${IS_LISTENER}`);
  }

  /**
   * Breaks only the connections that LISTEN, so that workers see no other error, and waits until
   * they reconnect.
   */
  async function moveListenersToStandby(): Promise<void> {
    const { length } = await query(
      primary.url,
      `select pg_terminate_backend(pid) from pg_stat_activity where ${IS_LISTENER}`,
    );
    await waitUntil(
      async () => (await standby.log()).split('LISTEN bullmq_jobs').length - 1,
      (times) => length > 0 && times >= length,
    );
  }
});
