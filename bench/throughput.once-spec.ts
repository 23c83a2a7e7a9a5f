import { describe, expect, it } from 'vitest';
import { runScenario } from './support/run-scenario.js';

const SMALL = { chunks: 20, conversations: 2, 'warm-up': 2, rounds: 1 };
const CONTENDERS = ['bare', 'bare with a record', 'ringback', 'ringback without Redis'];
/** It starts one or two processes of each contender, twice: two minutes beside other tests. */
const TIMEOUT_MS = 300_000;

interface Results {
  results: {
    rounds: Record<string, number | string>[];
    comparisons: { contender: string; ratio: number }[];
  };
}

describe('the scenario throughput, with few chunks', () => {
  it(
    'runs the whole job with all contenders, and writes the cost of a chunk',
    async () => {
      const { stdout, stderr, written } = await runScenario('throughput', SMALL);

      expect(stderr).not.toContain('Warning');
      for (const name of CONTENDERS) expect(stdout).toMatch(new RegExp(`^${name}(?: +[\\d.]+){6}`, 'm'));
      const { results } = written as Results;
      expect(results.rounds.map(({ contender }) => contender)).toEqual(CONTENDERS);
      for (const { chunksPerSecond, serviceMs } of results.rounds) {
        for (const figure of [chunksPerSecond, serviceMs]) expect(figure).toBeGreaterThan(0);
      }
      expect(results.comparisons.map(({ contender }) => contender)).toEqual(CONTENDERS.slice(1));
      for (const { ratio } of results.comparisons) expect(ratio).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
