import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { watchEffects } from '../support/effects.js';
import { Fleet } from '../support/fleet.js';
import { RedisServer } from '../support/redis-server.js';
import { WITH_OUTAGES, Workload } from '../support/workload.js';

const DEADLINE_MS = 150_000;
/** Downtime of a server that is restarted. */
const AWAY_MS = 2_000;
/** AssemblyAI's timeout for the answer to a callback. */
const CALLBACK_TIMEOUT_MS = 10_000;
const CALLBACKS = 10;

describe('the chunks of ten conversations, one api and two worker processes', () => {
  let fleet: Fleet;
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
    fleet = await Fleet.start({ apis: 1, workers: 2, redis, ...WITH_OUTAGES });
    await watchEffects(fleet.database.url);
  }, DEADLINE_MS);

  beforeEach(async () => {
    await fleet.simulator.reset();
  });

  afterAll(async () => {
    await fleet.stop();
  });

  it.each<[string, () => Promise<void>]>([
    [
      'is killed and comes back',
      async () => {
        await redis.kill('SIGKILL');
        await pause(AWAY_MS);
        await redis.resume();
      },
    ],
    [
      'is shut down and comes back',
      async () => {
        await redis.kill('SIGTERM');
        await pause(AWAY_MS);
        await redis.resume();
      },
    ],
    ['is wiped', () => redis.wipe()],
    [
      'is killed and comes back empty',
      async () => {
        await redis.kill('SIGKILL');
        await pause(AWAY_MS);
        await redis.resumeEmpty();
      },
    ],
  ])(
    'are all accepted and all end, each settled once, each conversation finalized once, when Redis %s in the middle',
    async (_what, strike) => {
      const work = await Workload.inTheMiddle(fleet);
      await strike();
      await work.ended();

      await work.expectDoneOnce();
      expect(work.refusals).toBe(0);
    },
    DEADLINE_MS,
  );

  it(
    'have their callbacks answered in time while Redis is frozen, and all end when it continues',
    async () => {
      const work = await Workload.inTheMiddle(fleet);
      const { ledger } = fleet.simulator;
      await redis.kill('SIGSTOP');
      const frozenAt = Date.now();
      const duringFreeze = () => ledger.webhookAttempts.filter(({ time }) => time >= frozenAt);
      try {
        await fleet.simulator.waitFor(() => duringFreeze().length >= CALLBACKS, DEADLINE_MS);
      } finally {
        redis.thaw();
      }
      const answers = duringFreeze();
      await work.ended();

      for (const { status, durationMs } of answers) {
        expect(status).toBe(200);
        expect(durationMs).toBeLessThan(CALLBACK_TIMEOUT_MS);
      }
      await work.expectDoneOnce();
      expect(work.refusals).toBe(0);
    },
    DEADLINE_MS,
  );
});
