import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchEffects } from '../support/effects.js';
import { Fleet } from '../support/fleet.js';
import { HalfOpenProxy } from '../support/half-open-proxy.js';
import { RedisServer } from '../support/redis-server.js';
import { WITH_OUTAGES, Workload } from '../support/workload.js';

const DEADLINE_MS = 150_000;
const SILENCE_MS = 10_000;

describe('the chunks of ten conversations, one api and two worker processes', () => {
  let fleet: Fleet;
  let proxy: HalfOpenProxy;

  beforeAll(async () => {
    const redis = await RedisServer.start();
    proxy = await HalfOpenProxy.start(redis.url);
    const { simulator, env } = WITH_OUTAGES;
    const throughProxy = { ...env, REDIS_URL: proxy.url };
    fleet = await Fleet.start({ apis: 1, workers: 2, redis, simulator, env: throughProxy });
    await watchEffects(fleet.database.url);
  }, DEADLINE_MS);

  afterAll(async () => {
    await fleet.stop();
    await proxy.stop();
  });

  it(
    'are all accepted and all end, each settled once, when every connection to Redis falls silent permanently, and new ones work after a while',
    async () => {
      const work = await Workload.inTheMiddle(fleet);
      proxy.silence();
      await pause(SILENCE_MS);
      expect(proxy.silentLinks).toBeGreaterThan(0);
      proxy.heal('stay dead');
      await work.ended();

      await work.expectDoneOnce();
      expect(work.refusals).toBe(0);
    },
    DEADLINE_MS,
  );
});
