import { describe, expect, it } from 'vitest';
import { runScenario } from './support/run-scenario.js';

const SMALL = { chunks: 3, 'warm-up': 1, 'latency-ms': 300, 'poll-interval-ms': 100, 'baseline-chunks': 1 };

interface Results {
  options: object;
  results: {
    strategies: { strategy: string; wallMs: number; busyMsPerChunk: object; runsPerChunk: object }[];
    blockingWorker: { heldMs: number[] };
  };
}

describe('the scenario held-worker, with few chunks', () => {
  it('measures both strategies and the blocking worker, prints a table and writes the figures', async () => {
    const { stdout, written } = await runScenario('held-worker', SMALL);

    for (const row of ['webhook', 'polling', 'blocking worker']) {
      expect(stdout).toMatch(new RegExp(`^${row} +\\d+  0\\.3 s +[\\d.]+ `, 'm'));
    }
    const { options, results } = written as Results;
    expect(options).toEqual(SMALL);
    expect(results.strategies).toEqual([
      expect.objectContaining({ strategy: 'webhook', runsPerChunk: { submit: 1, check: 1, correct: 1 } }),
      expect.objectContaining({
        strategy: 'polling',
        runsPerChunk: { submit: 1, check: expect.any(Number) as unknown, correct: 1 },
      }),
    ]);
    for (const { wallMs, busyMsPerChunk } of results.strategies) {
      expect(wallMs).toBeGreaterThanOrEqual(SMALL['latency-ms']);
      for (const busyMs of Object.values(busyMsPerChunk)) expect(busyMs).toBeGreaterThan(0);
    }
    expect(results.blockingWorker.heldMs).toHaveLength(1);
    expect(results.blockingWorker.heldMs[0]).toBeGreaterThanOrEqual(SMALL['latency-ms']);
  });
});
