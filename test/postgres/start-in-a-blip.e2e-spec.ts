import { connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fleet } from '../support/fleet.js';
import { ServiceProcess } from '../support/service-process.js';
import { createTestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';

const DEADLINE_MS = 60_000;
/** Longer than the few seconds in which a quiet machine connects. */
const SLOW_CONNECTION_MS = 5_000;
/** Only the connections of queues and workers say so in their first message. */
const OF_A_QUEUE = 'search_path';

/** Fate of a queue's connection: undefined cuts it, a number lets it through after so many milliseconds. */
type Treatment = number | undefined;

/** Leads to a PostgreSQL server that takes connections for the record at once. */
async function treatingQueues(url: string, treatment: Treatment): Promise<{ server: Server; url: string }> {
  const target = new URL(url);
  const goal = { host: target.hostname, port: Number(target.port) };
  const server = createServer((near) => {
    near.on('error', () => near.destroy());
    near.once('data', (startup) => {
      const isOfQueue = startup.includes(OF_A_QUEUE);
      if (isOfQueue && treatment === undefined) {
        near.destroy();
        return;
      }
      near.pause();
      setTimeout(
        () => {
          const far = connect(goal);
          far.on('error', () => near.destroy());
          far.on('close', () => near.destroy());
          near.on('close', () => far.destroy());
          far.write(startup);
          near.pipe(far).pipe(near);
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
  'a start with ROLE=%s whose database goes away in the middle of it',
  (role) => {
    let server: Server;
    let fleet: Fleet;
    let starting: ServiceProcess;

    beforeAll(async () => {
      const database = await createTestDatabase();
      const refusing = await treatingQueues(database.url, undefined);
      ({ server } = refusing);
      fleet = await Fleet.start({ apis: 0, workers: 0, database });
      starting = ServiceProcess.spawn(fleet.env({ ROLE: role, DATABASE_URL: refusing.url, PORT: '0' }));
    });

    afterAll(async () => {
      await starting.stop('SIGKILL');
      await fleet.stop();
      await new Promise((resolve) => server.close(resolve));
    });

    it(
      'ends with a message and exit code 1, instead of running without ever doing a job',
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
    const slow = await treatingQueues(database.url, SLOW_CONNECTION_MS);
    ({ server } = slow);
    fleet = await Fleet.start({ apis: 0, workers: 0, database });
    starting = ServiceProcess.spawn(fleet.env({ ROLE: 'all', DATABASE_URL: slow.url, PORT: '0' }));
  });

  afterAll(async () => {
    await starting.stop('SIGKILL');
    await fleet.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  it('comes up', async () => {
    await starting.ready();

    expect(starting.output).not.toContain('"level":"error"');
  });
});
