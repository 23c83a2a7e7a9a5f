import { Redis } from 'ioredis';
import { connectAndAsk } from '../queues/redis-preflight.js';
import { refusedByRedis, unsuitableRedis } from '../queues/redis-refusal.js';
import { CHECK_TIMEOUT_MS, failed, ok, warning, type Check, type Finding } from './check.js';
import { errorMessage } from '../errors/error-message.js';

export function redisCheck(url: string, prefix: string): Check {
  return { name: 'queues', run: () => checkRedis(url, prefix) };
}

async function checkRedis(url: string, prefix: string): Promise<Finding> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CHECK_TIMEOUT_MS,
    commandTimeout: CHECK_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let connectionError: Error | undefined;
  redis.on('error', (error: Error) => {
    connectionError = error;
  });
  try {
    const info = await connectAndAsk(redis, prefix);
    const problem = unsuitableRedis(info);
    return problem === undefined ? readInfo(info) : { state: 'failed', detail: problem };
  } catch (error) {
    const reason = connectionError?.message ?? errorMessage(error);
    const refusal = refusedByRedis(reason, prefix);
    if (refusal !== undefined) return { state: 'failed', detail: refusal };
    return failed(reason, 'check REDIS_URL, and that the server runs and allows this machine');
  } finally {
    redis.disconnect();
  }
}

function readInfo(info: string): Finding {
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  const detail = `Redis ${field('redis_version') ?? 'of unknown version'}`;
  const policy = field('maxmemory_policy') ?? 'unknown';
  if (policy !== 'noeviction') {
    return failed(
      `${detail}, maxmemory-policy ${policy}: jobs may vanish`,
      'set maxmemory-policy to noeviction',
    );
  }
  if (field('aof_enabled') !== '1') {
    return warning(
      `${detail}, no append-only file: a restart forgets all jobs, which the reconciler then brings back`,
      'set appendonly to yes',
    );
  }
  return ok(`${detail}, noeviction, append-only file`);
}
