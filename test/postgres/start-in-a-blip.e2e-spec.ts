import { connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fleet } from '../support/fleet.js';
import { ServiceProcess } from '../support/service-process.js';
import { createTestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';

const DEADLINE_MS = 60_000;
/** Longer than the few seconds in which an idle machine connects. */
const SLOW_CONNECTION_MS = 5_000;
/** Part of the first message of connections of queues and workers only. */
const OF_A_QUEUE = 'search_path';

/**
 * Treatment of a queue's connection: undefined cuts it, a number delays it by this many
 * milliseconds.
 */
type Treatment = number | undefined;

/** Starts a proxy to a PostgreSQL server that forwards connections of the record at once. */
async function startQueueProxy(url: string, treatment: Treatment): Promise<{ server: Server; url: string }> {
  const target = new URL(url);
  const upstreamAddress = { host: target.hostname, port: Number(target.port) };
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    client.once('data', (startup) => {
      const isOfQueue = startup.includes(OF_A_QUEUE);
      if (isOfQueue && treatment === undefined) {
        client.destroy();
        return;
      }
      client.pause();
      setTimeout(
        () => {
          const upstream = connect(upstreamAddress);
          upstream.on('error', () => client.destroy());
          upstream.on('close', () => client.destroy());
          client.on('close', () => upstream.destroy());
          upstream.write(startup);
          client.pipe(upstream).pipe(client);
        },
        isOfQueue ? treatment : 0,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  target.hostname = '127.0.0.1';
  target.port = String(address.port);
  return { server, url: target.href };
}

describe.each(['api', 'worker', 'all'])(
  'a start with ROLE=%s whose database becomes unreachable during it',
  (role) => {
    let server: Server;
    let fleet: Fleet;
    let starting: ServiceProcess;

    beforeAll(async () => {
      const database = await createTestDatabase();
      const refusing = await startQueueProxy(database.url, undefined);
      ({ server } = refusing);
      fleet = await Fleet.start({ apis: 0, workers: 0, database });
      starting = ServiceProcess.spawn(
        fleet.env({ ROLE: role, DATABASE_URL: refusing.url, PORT: '0', START_TIMEOUT_MS: '5000' }),
      );
    });

    afterAll(async () => {
      await starting.stop('SIGKILL');
      await fleet.stop();
      await new Promise((resolve) => server.close(resolve));
    });

    it(
      'ends with a message and exit code 1, instead of running without processing jobs',
      async () => {
        await waitUntil(
          () => Promise.resolve(starting.isRunning),
          (isRunning) => !isRunning,
          DEADLINE_MS,
        );

        expect(await starting.stop()).toBe(1);
        expect(starting.output.trimEnd().split('\n').at(-1)).toMatch(
          /"level":"error".*queue cannot be reached.*start again/,
        );
        expect(starting.output.match(/"level":"error"/g)).toHaveLength(1);
      },
      DEADLINE_MS,
    );
  },
);

describe('a start whose queues get their connections slowly, as on a busy machine', () => {
  let server: Server;
  let fleet: Fleet;
  let starting: ServiceProcess;

  beforeAll(async () => {
    const database = await createTestDatabase();
    const slow = await startQueueProxy(database.url, SLOW_CONNECTION_MS);
    ({ server } = slow);
    fleet = await Fleet.start({ apis: 0, workers: 0, database });
    starting = ServiceProcess.spawn(fleet.env({ ROLE: 'all', DATABASE_URL: slow.url, PORT: '0' }));
  });

  afterAll(async () => {
    await starting.stop('SIGKILL');
    await fleet.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it('succeeds', async () => {
    await starting.ready();

    expect(starting.output).not.toContain('"level":"error"');
  });
});
