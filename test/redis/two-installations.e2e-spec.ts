import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import type { RedisServer } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { createTestDatabase } from '../support/test-database.js';
import { World } from '../support/test-service.js';
import { waitUntil } from '../support/wait-until.js';

const CHUNKS = 20;
const MARK = 'coord:installation';
const DEADLINE_MS = 90_000;

function redisOf({ redis }: World): RedisServer {
  if (redis === undefined) throw new Error('the world has no Redis');
  return redis;
}

/** Adds chunks, and waits until each of them has settled. */
async function settleChunks({ api }: World): Promise<string[]> {
  const { id } = await api.createConversation();
  const chunks = await Promise.all(Array.from({ length: CHUNKS }, () => api.addChunk(id)));
  const settled = await Promise.all(chunks.map((chunk) => api.settledChunk(chunk.id)));
  return settled.map(({ status }) => status);
}

describe('an installation on Redis', () => {
  let world: World;
  const errors: string[] = [];

  beforeAll(async () => {
    vi.spyOn(Logger.prototype, 'error').mockImplementation((line: unknown) => {
      errors.push(String(line));
    });
    world = await World.start();
  });
  beforeEach(() => {
    errors.length = 0;
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await world.stop();
  });

  const mark = () => redisOf(world).use((redis) => redis.get(MARK));
  const ready = () => world.api.get<{ details: Record<string, { status: string }> }>('/health/ready');

  it(
    'prevents the start of another one with its prefix',
    async () => {
      const other = await createTestDatabase({ migrated: false });
      const refused = ServiceProcess.spawn(world.env({ DATABASE_URL: other.url, PORT: '0' }));
      const exitCode = await Promise.race([refused.ended(), refused.ready().then(() => 'it has started')]);
      await refused.stop();
      await other.drop();

      expect(exitCode).toBe(1);
      const lastLine = refused.output.trim().split('\n').at(-1);
      expect(lastLine).toMatch(/"level":"error".*REDIS_PREFIX of its own.*delete the key coord:installation/);
    },
    DEADLINE_MS,
  );

  it(
    'keeps its jobs separate from those of one with another prefix',
    async () => {
      const other = await World.start({
        env: { REDIS_URL: redisOf(world).url, REDIS_PREFIX: 'staging' },
      });
      const statuses = await Promise.all([settleChunks(world), settleChunks(other)]);
      const keys = await redisOf(world).use((redis) => redis.keys('*'));
      await other.stop();

      expect(statuses.flat()).toEqual(Array.from({ length: 2 * CHUNKS }, () => 'completed'));
      expect(keys.filter((key) => !/^(?:\{ringback\}|coord|\{staging\}|staging:coord):/.test(key))).toEqual(
        [],
      );
      expect(keys).toContain('staging:coord:installation');
    },
    DEADLINE_MS,
  );

  it('survives a wiped Redis, and marks it again', async () => {
    const before = await mark();
    await redisOf(world).wipe();

    expect((await ready()).status).toBe(200);
    expect(await mark()).toBe(before);
    expect(before).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is not ready while Redis belongs to another one, and logs the reason once', async () => {
    await redisOf(world).use((redis) => redis.set(MARK, 'another'));
    const { status, body } = await waitUntil(ready, (answer) => answer.status === 503);
    await ready();
    await redisOf(world).use((redis) => redis.del(MARK));

    expect(status).toBe(503);
    expect(body.details.coordination?.status).toBe('down');
    expect(errors.filter((line) => line.includes('REDIS_PREFIX'))).toHaveLength(1);
    expect((await ready()).status).toBe(200);
  });
});
