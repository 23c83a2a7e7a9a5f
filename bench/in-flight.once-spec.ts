import { describe, expect, it } from 'vitest';
import { runScenario } from './support/run-scenario.js';

const SMALL = { submissions: 20, 'idle-seconds': 1, drain: 4 };
const FEW = SMALL.submissions * 0.2;
/** It starts a service, and lets it settle three times. */
const TIMEOUT_MS = 120_000;

interface Results {
  options: object;
  results: {
    levels: { inFlight: number; service: Record<string, number>; redisBytes: number }[];
    idle: { seconds: number; cpuSeconds: number };
    redisKeys: Record<string, { keys: number; bytes: number }>;
    drain: { chunks: number; wallMs: number };
  };
}

describe('the scenario in-flight, with few submissions', () => {
  it(
    'measures process and Redis with none, some and all in flight, finishes some, and writes the figures',
    async () => {
      const { stdout, written } = await runScenario('in-flight', SMALL);

      for (const count of [0, FEW, SMALL.submissions]) {
        expect(stdout).toMatch(new RegExp(`^ +${count}(?: +[\\d.]+){3}`, 'm'));
      }
      const { options, results } = written as Results;
      expect(options).toEqual(SMALL);
      expect(results.levels.map(({ inFlight }) => inFlight)).toEqual([0, FEW, SMALL.submissions]);
      for (const { service, redisBytes } of results.levels) {
        for (const bytes of [...Object.values(service), redisBytes]) expect(bytes).toBeGreaterThan(0);
      }
      expect(results.redisKeys['check jobs']).toEqual({
        keys: SMALL.submissions,
        bytes: expect.any(Number) as unknown,
      });
      expect(results.redisKeys['callback metadata']?.keys).toBe(SMALL.submissions);
      expect(results.idle.seconds).toBeGreaterThanOrEqual(SMALL['idle-seconds']);
      expect(results.drain).toEqual({ chunks: SMALL.drain, wallMs: expect.any(Number) as unknown });
    },
    TIMEOUT_MS,
  );
});
