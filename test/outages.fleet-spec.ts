import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { watchEffects } from './support/effects.js';
import { Fleet } from './support/fleet.js';
import { PostgresServer, type PostgresStop } from './support/postgres-server.js';
import { WITH_OUTAGES, Workload } from './support/workload.js';

const DEADLINE_MS = 150_000;
/** How long a server that is restarted stays away. */
const AWAY_MS = 2_000;

describe('the chunks of ten conversations, one api and two worker processes', () => {
  let fleet: Fleet;
  let postgres: PostgresServer;

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    fleet = await Fleet.start({ apis: 1, workers: 2, database: postgres, ...WITH_OUTAGES });
    await watchEffects(fleet.database.url);
  }, DEADLINE_MS);

  beforeEach(async () => {
    await fleet.simulator.reset();
  });

  afterAll(async () => {
    await fleet.stop();
  });

  it.each<[string, PostgresStop]>([
    ['is shut down', 'fast'],
    ['is killed', 'kill'],
  ])(
    'all end, each settled once, each conversation finalized once, when PostgreSQL %s in the middle and comes back',
    async (_what, how) => {
      const work = await Workload.inTheMiddle(fleet);
      await postgres.halt(how);
      await pause(AWAY_MS);
      await postgres.resume();
      await work.ended();

      await work.expectDoneOnce();
    },
    DEADLINE_MS,
  );
});
