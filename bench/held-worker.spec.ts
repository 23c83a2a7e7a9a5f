import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const BENCH = fileURLToPath(new URL('../dist/bench/main.js', import.meta.url));
const SMALL = { chunks: 3, 'warm-up': 1, 'latency-ms': 300, 'poll-interval-ms': 100, 'baseline-chunks': 1 };

interface Results {
  options: object;
  results: {
    strategies: { strategy: string; wallMs: number; busyMsPerChunk: object; runsPerChunk: object }[];
    blockingWorker: { heldMs: number[] };
  };
}

describe('the scenario held-worker, with few chunks', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-bench-cwd-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('measures both strategies and the blocking worker, prints a table and writes the figures', async () => {
    const flags = Object.entries(SMALL).map(([name, value]) => `--${name}=${value}`);

    const { stdout } = await promisify(execFile)(process.execPath, [BENCH, 'held-worker', ...flags], {
      cwd: folder,
    });

    for (const row of ['webhook', 'polling', 'blocking worker']) {
      expect(stdout).toMatch(new RegExp(`^${row} +\\d+  0\\.3 s +[\\d.]+ `, 'm'));
    }
    const { options, results } = JSON.parse(
      await readFile(join(folder, 'bench/results/held-worker.json'), 'utf8'),
    ) as Results;
    expect(options).toEqual(SMALL);
    expect(results.strategies).toEqual([
      expect.objectContaining({ strategy: 'webhook', runsPerChunk: { submit: 1, check: 1, correct: 1 } }),
      expect.objectContaining({
        strategy: 'polling',
        runsPerChunk: { submit: 1, check: expect.any(Number), correct: 1 },
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
