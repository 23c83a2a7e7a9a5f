import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchEffects } from './support/effects.js';
import { Fleet } from './support/fleet.js';
import { freePort } from './support/free-port.js';
import { Workload } from './support/workload.js';

const DEADLINE_MS = 150_000;

describe('a webhook URL that leads nowhere', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}/api/webhooks/assemblyai`;
    fleet = await Fleet.start({
      apis: 1,
      workers: 1,
      simulator: { latencyMs: [500, 1_500] },
      env: { ASSEMBLYAI_WEBHOOK_URL: nowhere, CALLBACK_DEADLINE_MS: '2000' },
    });
    await watchEffects(fleet.database.url);
  }, DEADLINE_MS);

  afterAll(async () => {
    await fleet.stop();
  });

  it(
    'delays chunks and loses no text: the check at the deadline finds it',
    async () => {
      const work = await Workload.begin(fleet);
      await work.ended();

      await work.expectDoneOnce();
      const answered = fleet.simulator.ledger.webhookAttempts.filter(({ status }) => status !== null);
      expect(fleet.simulator.ledger.webhookAttempts.length).toBeGreaterThan(0);
      expect(answered).toEqual([]);
      expect(fleet.logged('callbacks in a row did not arrive').length).toBeGreaterThan(0);
    },
    DEADLINE_MS,
  );
});
