import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchEffects } from './support/effects.js';
import { Fleet } from './support/fleet.js';
import { HalfOpenProxy } from './support/half-open-proxy.js';
import { createTestDatabase } from './support/test-database.js';
import { WITH_OUTAGES, Workload } from './support/workload.js';

const DEADLINE_MS = 150_000;
const SILENCE_MS = 10_000;

describe('the chunks of ten conversations, one api and two worker processes', () => {
  let fleet: Fleet;
  let proxy: HalfOpenProxy;

  beforeAll(async () => {
    const database = await createTestDatabase();
    proxy = await HalfOpenProxy.start(database.url);
    const { simulator, env } = WITH_OUTAGES;
    const throughProxy = { ...env, DATABASE_URL: proxy.url };
    fleet = await Fleet.start({ apis: 1, workers: 2, database, simulator, env: throughProxy });
    await watchEffects(fleet.database.url);
  }, DEADLINE_MS);

  afterAll(async () => {
    await fleet.stop();
    await proxy.stop();
  });

  it(
    'all end, each settled once, when every connection to PostgreSQL falls silent for good, and new ones work after a while',
    async () => {
      const work = await Workload.inTheMiddle(fleet);
      proxy.silence();
      await pause(SILENCE_MS);
      expect(proxy.silentLinks).toBeGreaterThan(0);
      proxy.heal('stay dead');
      await work.ended();

      await work.expectDoneOnce();
    },
    DEADLINE_MS,
  );
});
