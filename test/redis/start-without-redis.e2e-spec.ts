import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChunk } from '../support/one-chunk.js';
import { Fleet } from '../support/fleet.js';
import { RedisServer } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { waitUntil } from '../support/wait-until.js';

const DEADLINE_MS = 60_000;
/** A start of 30 s checks twice a second; one of two seconds, a few times. */
const WAITS_OF_DEFAULT = 20;

const printed = (service: ServiceProcess, words: string) =>
  waitUntil(
    () => Promise.resolve(service.output),
    (output) => output.includes(words),
    DEADLINE_MS,
  );

describe('a start on Redis', () => {
  let fleet: Fleet;
  let redis: RedisServer;
  let withoutRedis: ServiceProcess;

  beforeAll(async () => {
    redis = await RedisServer.prepare();
    fleet = await Fleet.start({ apis: 0, workers: 0, redis });
    const nowhere = await RedisServer.prepare();
    withoutRedis = ServiceProcess.spawn(
      fleet.env({ ROLE: 'worker', REDIS_URL: nowhere.url, START_TIMEOUT_MS: '2000' }),
    );
  });

  afterAll(async () => {
    await withoutRedis.stop('SIGKILL');
    await fleet.stop();
  });

  it(
    'waits for a stopped Redis and for a frozen one, and continues when they answer',
    async () => {
      const api = fleet.startApi();
      const [apiProcess] = fleet.processes;
      if (apiProcess === undefined) throw new Error('no process');
      await printed(apiProcess, 'waiting for Redis');
      await redis.resume();
      await api;

      await redis.kill('SIGSTOP');
      const worker = fleet.startWorker();
      const workerProcess = fleet.processes[1];
      if (workerProcess === undefined) throw new Error('no process');
      await printed(workerProcess, 'waiting for Redis');
      redis.thaw();
      await worker;

      const { id } = await startChunk(fleet.api);
      expect(await fleet.api.settledChunk(id, DEADLINE_MS)).toMatchObject({ status: 'completed' });
    },
    DEADLINE_MS,
  );

  it(
    'warns about a Redis that evicts keys, and about no other',
    async () => {
      const evicting = await RedisServer.start({ 'maxmemory-policy': 'allkeys-lru' });
      const onEvicting = await ServiceProcess.start(fleet.env({ ROLE: 'worker', REDIS_URL: evicting.url }));
      const onSafe = await fleet.startWorker();
      await onEvicting.stop();
      await evicting.stop();

      expect(onEvicting.output).toMatch(/"level":"warn".*maxmemory-policy allkeys-lru.*set it to noeviction/);
      expect(onSafe.output).not.toContain('maxmemory-policy');
    },
    DEADLINE_MS,
  );

  it(
    'ends with a message and exit code 1 when there is no Redis',
    async () => {
      await waitUntil(
        () => Promise.resolve(withoutRedis.isRunning),
        (isRunning) => !isRunning,
        DEADLINE_MS,
      );

      expect(await withoutRedis.stop()).toBe(1);
      const lastLine = withoutRedis.output.trim().split('\n').at(-1);
      expect(lastLine).toMatch(
        /"level":"error".*Redis does not answer: connect ECONNREFUSED.*check REDIS_URL/,
      );
      const waits = withoutRedis.output.match(/waiting for Redis/g) ?? [];
      expect(waits.length).toBeLessThan(WAITS_OF_DEFAULT);
    },
    DEADLINE_MS,
  );
});
