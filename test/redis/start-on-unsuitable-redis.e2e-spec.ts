import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisCheck } from '../../src/doctor/redis-check.js';
import { checkRedis } from '../../src/queues/redis-preflight.js';
import { settleChunk } from '../support/one-chunk.js';
import { RedisServer } from '../support/redis-server.js';
import { World } from '../support/test-service.js';

const OPTIONS = { prefix: 'ringback', timeoutMs: 30_000 };

/** Much shorter than the time for which a start waits for an unreachable Redis. */
const PROMPT_MS = 15_000;

describe('a start on an unsuitable Redis', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(async () => {
    await redis.stop();
  });

  const urlOf = (user: string) => redis.url.replace('//', `//${user}:of-the-tests@`);
  const makeUser = (user: string, ...rules: string[]) =>
    redis.use((client) => client.call('ACL', 'SETUSER', user, 'reset', 'on', '>of-the-tests', ...rules));

  it(
    'says that user and password are wrong',
    async () => {
      await expect(checkRedis(urlOf('nobody'), OPTIONS)).rejects.toThrow(
        /WRONGPASS.*correct its user and password/,
      );
    },
    PROMPT_MS,
  );

  it.each([
    ['a command', ['~*', '&*', '+@all', '-@admin', '-zadd']],
    ['a command of the start', ['~*', '&*', '+@all', '-info']],
    ['the keys of coordination', ['~{ringback}:*', '&*', '+@all']],
    ['scripts', ['~*', '&*', '+@all', '-@scripting']],
  ])(
    'says that the user lacks %s',
    async (_what, rules) => {
      await makeUser('limited', ...rules);

      await expect(checkRedis(urlOf('limited'), OPTIONS)).rejects.toThrow(
        /refuses its user what queues need.*ACL SETUSER/,
      );
      expect(await redisCheck(urlOf('limited'), 'ringback').run()).toMatchObject({
        state: 'failed',
        detail: expect.stringMatching(/refuses its user what queues need/) as unknown,
      });
    },
    PROMPT_MS,
  );

  it('works with the privileges that it requires', async () => {
    await makeUser('sufficient', '~*', '&*', '+@all', '-@admin');
    const world = await World.start({ env: { REDIS_URL: urlOf('sufficient') } });
    const { status } = await settleChunk(world.api);
    await world.stop();

    expect(status).toBe('completed');
  });
});
