import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { DEFAULT_REDIS_PREFIX } from '../config/redis-prefix.js';
import { redisReconnectPauseMs } from '../queues/queue-engine.js';
import { CALLBACK_METADATA_TTL_MS, Coordination, type CallbackMetadata, type Usage } from './coordination.js';
import { claimRedis, ForeignStoreError } from './redis-claim.js';
import { RedisKeys } from './redis-keys.js';

const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 5_000;
const SOCKET_TIMEOUT_MS = 15_000;
/** A frozen Redis fails a call instead of blocking a job; the job's own retries continue it. */
const COMMAND_TIMEOUT_MS = 1_500;
/** Removes sets of unfinished conversations in the end; the reconciler renews needed sets. */
const PENDING_TTL_MS = 30 * 86_400_000;
/** Redis accepts as many arguments as its scripts' stack holds: several thousand. */
const CHUNKS_PER_COMMAND = 1_000;
const ERROR_LOG_INTERVAL_MS = 5_000;
const FOREIGN_LOG_INTERVAL_MS = 60_000;

const SETTLE = `
  redis.call('SREM', KEYS[1], ARGV[1])
  local remaining = redis.call('SCARD', KEYS[1])
  if remaining == 0 then redis.call('SREM', KEYS[2], ARGV[2]) end
  return remaining`;

const ADD_PENDING = `
  redis.call('SADD', KEYS[1], ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('SADD', KEYS[2], ARGV[2])
  return 1`;

/** Uses the clock of Redis, because the clocks of processes differ. */
const REPORT_USAGE = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local window = tonumber(ARGV[2])
  local number = math.floor(now / window)
  if tonumber(redis.call('HGET', KEYS[1], 'window') or -1) ~= number then
    redis.call('HSET', KEYS[1], 'window', number, 'used', 0)
  end
  local used = redis.call('HINCRBY', KEYS[1], 'used', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], window)
  return { used, window - now % window, math.max(redis.call('PTTL', KEYS[2]), 0) }`;

const THROTTLE = `
  if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], 1, 'PX', ARGV[1]) end
  return 1`;

export interface RedisOwner {
  /** Id of the installation, from its database. */
  installation: string;
  /** Prefix of all key names. */
  prefix?: string;
}

interface Scripts {
  ringbackSettle(
    key: string,
    conversationsKey: string,
    chunkId: string,
    conversationId: string,
  ): Promise<number>;
  ringbackAddPending(
    key: string,
    conversationsKey: string,
    chunkId: string,
    conversationId: string,
    ttlMs: number,
  ): Promise<number>;
  ringbackReportUsage(
    usageKey: string,
    throttleKey: string,
    units: number,
    windowMs: number,
  ): Promise<[number, number, number]>;
  ringbackThrottle(key: string, forMs: number): Promise<number>;
}

/**
 * Coordination in Redis or Valkey: sets, expiring keys, and scripts where two steps must be one.
 */
export class RedisCoordination extends Coordination {
  private foreignLoggedAt = 0;

  private constructor(
    private readonly redis: Redis & Scripts,
    private readonly keys: RedisKeys,
    private readonly installation: string,
  ) {
    super();
  }

  /**
   * @throws Error when Redis does not answer, ForeignStoreError when it belongs to another
   * installation
   */
  static async connect(url: string, { installation, prefix }: RedisOwner): Promise<RedisCoordination> {
    const redis = new Redis(url, {
      lazyConnect: true,
      connectionName: 'ringback:coordination',
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepAlive: KEEP_ALIVE_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      commandTimeout: COMMAND_TIMEOUT_MS,
      retryStrategy: redisReconnectPauseMs,
      enableOfflineQueue: false,
      scripts: {
        ringbackSettle: { lua: SETTLE, numberOfKeys: 2 },
        ringbackAddPending: { lua: ADD_PENDING, numberOfKeys: 2 },
        ringbackReportUsage: { lua: REPORT_USAGE, numberOfKeys: 2 },
        ringbackThrottle: { lua: THROTTLE, numberOfKeys: 1 },
      },
    });
    logErrors(redis);
    await redis.connect();
    const keys = new RedisKeys(prefix ?? DEFAULT_REDIS_PREFIX);
    const coordination = new RedisCoordination(redis as Redis & Scripts, keys, installation);
    try {
      await claimRedis(redis, keys.installation, installation);
    } catch (error) {
      coordination.close();
      throw error;
    }
    return coordination;
  }

  async claim(): Promise<void> {
    try {
      await claimRedis(this.redis, this.keys.installation, this.installation);
    } catch (error) {
      if (error instanceof ForeignStoreError) this.logForeign(error);
      throw error;
    }
  }

  /** Logs at most one line per interval, because readiness is requested every few seconds. */
  private logForeign({ message }: ForeignStoreError): void {
    if (Date.now() - this.foreignLoggedAt < FOREIGN_LOG_INTERVAL_MS) return;
    this.foreignLoggedAt = Date.now();
    new Logger('Redis').error(message);
  }

  close(): void {
    this.redis.disconnect();
  }

  async addPending(conversationId: string, chunkId: string): Promise<void> {
    const key = this.keys.pending(conversationId);
    await this.redis.ringbackAddPending(
      key,
      this.keys.pendingConversations,
      chunkId,
      conversationId,
      PENDING_TTL_MS,
    );
  }

  async settle(conversationId: string, chunkId: string): Promise<number> {
    return this.redis.ringbackSettle(
      this.keys.pending(conversationId),
      this.keys.pendingConversations,
      chunkId,
      conversationId,
    );
  }

  async pendingCount(conversationId: string): Promise<number> {
    return this.redis.scard(this.keys.pending(conversationId));
  }

  async pendingConversations(): Promise<string[]> {
    return this.redis.smembers(this.keys.pendingConversations);
  }

  async replacePending(conversationId: string, chunkIds: readonly string[]): Promise<void> {
    if (chunkIds.length === 0) {
      await this.forgetConversation(conversationId);
      return;
    }
    const key = this.keys.pending(conversationId);
    const transaction = this.redis.multi().del(key);
    for (let start = 0; start < chunkIds.length; start += CHUNKS_PER_COMMAND) {
      transaction.sadd(key, ...chunkIds.slice(start, start + CHUNKS_PER_COMMAND));
    }
    transaction.pexpire(key, PENDING_TTL_MS).sadd(this.keys.pendingConversations, conversationId);
    throwFirstError(await transaction.exec());
  }

  async forgetConversation(conversationId: string): Promise<void> {
    const transaction = this.redis.multi().del(this.keys.pending(conversationId));
    throwFirstError(await transaction.srem(this.keys.pendingConversations, conversationId).exec());
  }

  async putCallbackMetadata(transcriptId: string, metadata: CallbackMetadata): Promise<void> {
    await this.redis.set(
      this.keys.metadata(transcriptId),
      JSON.stringify(metadata),
      'PX',
      CALLBACK_METADATA_TTL_MS,
    );
  }

  async getCallbackMetadata(transcriptId: string): Promise<CallbackMetadata | undefined> {
    const text = await this.redis.get(this.keys.metadata(transcriptId));
    return text === null ? undefined : (JSON.parse(text) as CallbackMetadata);
  }

  async deleteCallbackMetadata(transcriptId: string): Promise<void> {
    await this.redis.del(this.keys.metadata(transcriptId));
  }

  async reportUsage(name: string, report: { units: number; windowMs: number }): Promise<Usage> {
    const { units, windowMs } = report;
    const [used, windowEndsInMs, throttledForMs] = await this.redis.ringbackReportUsage(
      this.keys.usage(name),
      this.keys.throttle(name),
      units,
      windowMs,
    );
    return { used, windowEndsInMs, throttledForMs };
  }

  async throttle(name: string, forMs: number): Promise<void> {
    await this.redis.ringbackThrottle(this.keys.throttle(name), Math.max(Math.ceil(forMs), 1));
  }

  /** Does nothing: Redis removes expired keys itself. */
  async removeExpired(): Promise<void> {
    await Promise.resolve();
  }
}

/** Throws the first error that a transaction's answer contains. */
function throwFirstError(results: [error: Error | null, result: unknown][] | null): void {
  for (const [error] of results ?? []) if (error !== null) throw error;
}

/** Logs one line per interval, because every attempt to connect to an absent Redis is an error. */
function logErrors(redis: Redis): void {
  const logger = new Logger('Redis');
  let loggedAt = 0;
  redis.on('error', (error: Error) => {
    if (Date.now() - loggedAt < ERROR_LOG_INTERVAL_MS) return;
    loggedAt = Date.now();
    logger.warn(`coordination: ${error.message}`);
  });
}
