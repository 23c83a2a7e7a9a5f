import { errorMessage } from '../errors/error-message.js';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { coordinationPrefix } from '../config/redis-prefix.js';
import { inTime } from '../deadlines/in-time.js';
import { PROBE, refusedByRedis, unsuitableRedis, UnsuitableRedisError } from './redis-refusal.js';

const START_RETRY_MS = 500;
const CONNECT_TIMEOUT_MS = 5_000;
/** A frozen Redis accepts a connection and does not answer; a start would hang without this. */
const ANSWER_TIMEOUT_MS = 5_000;

const SAFE_POLICY = 'noeviction';

export interface RedisCheckOptions {
  prefix: string;
  timeoutMs: number;
}

/**
 * Waits until Redis answers, and warns when it may evict keys: jobs would be lost without an error
 * until the next pass of the reconciler.
 *
 * @param options.prefix start of all key names
 * @param options.timeoutMs how long it waits for an answer, as when both are started together
 * @throws UnsuitableRedisError at once when waiting does not help; Error that names REDIS_URL when
 * there is no answer in time
 */
export async function checkRedis(url: string, options: RedisCheckOptions): Promise<void> {
  const logger = new Logger('Redis');
  const info = await readInfo({ url, ...options }, logger);
  const problem = unsuitableRedis(info);
  if (problem !== undefined) throw new UnsuitableRedisError(problem);
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy === SAFE_POLICY) return;
  logger.warn(
    policy === undefined
      ? `Redis does not report its maxmemory-policy; make sure that it is ${SAFE_POLICY}`
      : `Redis has maxmemory-policy ${policy} and may evict jobs without an error; set it to ${SAFE_POLICY}`,
  );
}

async function readInfo(
  { url, prefix, timeoutMs }: RedisCheckOptions & { url: string },
  logger: Logger,
): Promise<string> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    let lastError: Error | undefined;
    redis.on('error', (error: Error) => {
      lastError = error;
    });
    try {
      return await inTime(
        connectAndAsk(redis, prefix),
        ANSWER_TIMEOUT_MS,
        () => new Error('no answer in time'),
      );
    } catch (error) {
      const reason = lastError?.message ?? errorMessage(error);
      const refusal = refusedByRedis(reason, prefix);
      if (refusal !== undefined) throw new UnsuitableRedisError(refusal, { cause: error });
      if (Date.now() > deadline) {
        throw new Error(`Redis does not answer: ${reason}; check REDIS_URL and that it is running`, {
          cause: error,
        });
      }
      logger.warn(`waiting for Redis: ${reason}`);
      await pause(START_RETRY_MS);
    } finally {
      redis.disconnect();
    }
  }
}

/** @returns the answer to INFO, once a command of each kind has succeeded */
export async function connectAndAsk(redis: Redis, prefix: string): Promise<string> {
  await redis.connect();
  for (const start of [`{${prefix}}`, coordinationPrefix(prefix)])
    await redis.eval(PROBE, 1, `${start}:probe`);
  return redis.info();
}
