import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChunk } from './support/one-chunk.js';
import { Fleet } from './support/fleet.js';
import { freePort } from './support/free-port.js';
import { PostgresServer } from './support/postgres-server.js';
import { ServiceProcess } from './support/service-process.js';
import { waitUntil } from './support/wait-until.js';

const DEADLINE_MS = 60_000;
/**
 * A start tries twice a second. The default timeout of 30 s has many more tries than this one of
 * two seconds.
 */
const WAITS_OF_DEFAULT = 20;

describe('a start', () => {
  let fleet: Fleet;
  let postgres: PostgresServer;
  let withoutDatabase: ServiceProcess;

  beforeAll(async () => {
    postgres = await PostgresServer.prepare();
    fleet = await Fleet.start({ apis: 0, workers: 0, database: postgres });
    const nowhere = `postgresql://somebody:secret@127.0.0.1:${await freePort()}/nothing`;
    withoutDatabase = ServiceProcess.spawn(
      fleet.env({ ROLE: 'worker', DATABASE_URL: nowhere, START_TIMEOUT_MS: '2000' }),
    );
  });

  afterAll(async () => {
    await withoutDatabase.stop('SIGKILL');
    await fleet.stop();
  });

  it(
    'waits for a PostgreSQL that is down, and continues when it answers',
    async () => {
      const starts = Promise.all([fleet.startApi(), fleet.startWorker()]);
      await waitUntil(
        () => Promise.resolve(fleet.processes.map(({ output }) => output)),
        (outputs) => outputs.every((output) => output.includes('waiting for the database')),
        DEADLINE_MS,
      );
      await postgres.resume();
      await starts;

      const { id } = await startChunk(fleet.api);
      expect(await fleet.api.settledChunk(id, DEADLINE_MS)).toMatchObject({ status: 'completed' });
    },
    DEADLINE_MS,
  );

  it(
    'is followed by 503 while PostgreSQL is down, and by good answers when it is back',
    async () => {
      await postgres.halt('fast');
      const { status, body } = await fleet.api.post('/api/conversations', {});
      await postgres.resume();

      expect({ status, body }).toMatchObject({ status: 503, body: { error: 'Service Unavailable' } });
      const answers = () => fleet.api.post('/api/conversations', {});
      await waitUntil(answers, (answer) => answer.status === 201, DEADLINE_MS);
    },
    DEADLINE_MS,
  );

  it(
    'ends with a message and exit code 1 when there is no PostgreSQL',
    async () => {
      await waitUntil(
        () => Promise.resolve(withoutDatabase.isRunning),
        (isRunning) => !isRunning,
        DEADLINE_MS,
      );

      expect(await withoutDatabase.stop()).toBe(1);
      const lastLine = withoutDatabase.output.trim().split('\n').at(-1);
      expect(lastLine).toMatch(/"level":"error".*the database does not answer.*check DATABASE_URL/);
      expect(withoutDatabase.output).not.toContain('secret');
      const waits = withoutDatabase.output.match(/waiting for the database/g) ?? [];
      expect(waits.length).toBeLessThan(WAITS_OF_DEFAULT);
    },
    DEADLINE_MS,
  );
});
