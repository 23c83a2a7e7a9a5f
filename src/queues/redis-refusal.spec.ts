import { describe, expect, it } from 'vitest';
import { refusedByRedis, unsuitableRedis } from './redis-refusal.js';

describe('a Redis', () => {
  it.each(['5.0.14', '6.2.0', '7.0.15', '8.0.1'])('%s is new enough', (version) => {
    expect(unsuitableRedis(`# Server\r\nredis_version:${version}\r\n`)).toBeUndefined();
  });

  it('4 is too old', () => {
    expect(unsuitableRedis('# Server\r\nredis_version:4.0.14\r\n')).toMatch(/^Redis 4\.0\.14 is too old/);
  });

  it.each(['connect ECONNREFUSED', 'LOADING Redis is loading the dataset in memory', 'no answer in time'])(
    'that reports %j may recover',
    (message) => {
      expect(refusedByRedis(message, 'ringback')).toBeUndefined();
    },
  );
});
