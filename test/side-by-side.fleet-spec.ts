import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchEffects } from './support/effects.js';
import { Fleet } from './support/fleet.js';
import { query } from './support/record.js';
import type { ServiceProcess } from './support/service-process.js';
import { WITH_OUTAGES, Workload } from './support/workload.js';

const DEADLINE_MS = 240_000;
const POLLING = { ASSEMBLYAI_WEBHOOK_URL: '', POLL_INTERVAL_MS: '500' };

/** Migration of a later release, which adds to the tables and records itself. */
const LATER_MIGRATION = `
  alter table chunks add column of_a_later_release text;
  create table of_a_later_release (id uuid primary key);
  insert into kysely_migration (name, timestamp) values ('9999-of-a-later-release', now()::text)`;

describe('chunks in flight', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start({ apis: 1, workers: 0, ...WITH_OUTAGES });
    await watchEffects(fleet.database.url);
  }, DEADLINE_MS);

  afterAll(async () => {
    await fleet.stop();
  });

  it(
    'all end, each settled and paid for once, when polling workers are replaced by workers with callbacks, and those by polling ones, side by side',
    async () => {
      const polling = await startTwo(fleet, POLLING);
      const first = await Workload.inTheMiddle(fleet);
      const withCallbacks = await startTwo(fleet, {});
      expect(await fleet.retire(polling)).toEqual([0, 0]);
      const second = await Workload.inTheMiddle(fleet);
      await startTwo(fleet, POLLING);
      expect(await fleet.retire(withCallbacks)).toEqual([0, 0]);
      await Promise.all([first.ended(), second.ended()]);

      await first.expectDoneOnce(2);
      await second.expectDoneOnce(2);
      const { webhookAttempts, gets } = fleet.simulator.ledger;
      expect(Math.min(webhookAttempts.length, gets.length)).toBeGreaterThan(0);
    },
    DEADLINE_MS,
  );

  it(
    'all end, each settled and paid for once, when the database is migrated by a later release, and processes of this release continue, start and stop beside it',
    async () => {
      await fleet.simulator.reset();
      const workers = fleet.processes.filter(({ isRunning }) => isRunning).slice(1);
      const work = await Workload.inTheMiddle(fleet);
      await query(fleet.database.url, LATER_MIGRATION);
      await startTwo(fleet, {});
      const api = await fleet.startApi();
      expect(await fleet.retire(workers)).toEqual([0, 0]);
      await work.ended();

      await work.expectDoneOnce();
      expect(api.output).toContain('migrated by a later release');
    },
    DEADLINE_MS,
  );
});

function startTwo(fleet: Fleet, changes: Record<string, string>): Promise<ServiceProcess[]> {
  return Promise.all([fleet.startWorker(changes), fleet.startWorker(changes)]);
}
