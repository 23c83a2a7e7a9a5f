import { describe, expect, it } from 'vitest';
import { PostgresQueueEngine, RedisQueueEngine, redisReconnectPauseMs } from './queue-engine.js';

describe('the pause before the next attempt to reach Redis', () => {
  it('grows, and stays short enough for a restart of Redis to go unnoticed', () => {
    expect([1, 2, 5, 20, 1_000].map(redisReconnectPauseMs)).toEqual([100, 200, 500, 2_000, 2_000]);
  });
});

describe('the engines', () => {
  it('keep all keys in one slot of a Redis Cluster', () => {
    expect(new RedisQueueEngine('redis://localhost:6379').options.prefix).toMatch(/^\{[^{}]+\}$/);
  });

  it('use the prefix in the names of all keys', () => {
    expect(new RedisQueueEngine('redis://localhost:6379', 'staging').options.prefix).toBe('{staging}');
  });

  it('let a worker wait for Redis without a limit', () => {
    expect(new RedisQueueEngine('redis://localhost:6379').options.connection).toMatchObject({
      url: 'redis://localhost:6379',
      maxRetriesPerRequest: null,
    });
  });

  it('limit the time of each statement on PostgreSQL, and require a heartbeat', () => {
    const engine = new PostgresQueueEngine('postgres://localhost/ringback');

    expect(engine.options.connection.query_timeout).toBeGreaterThan(0);
    expect(engine.options.connection.connectionTimeoutMillis).toBeGreaterThan(0);
    expect(engine.needsHeartbeat).toBe(true);
  });
});
