import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const BENCH = fileURLToPath(new URL('../dist/bench/main.js', import.meta.url));
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
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-bench-cwd-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it(
    'measures process and Redis with none, some and all in flight, finishes some, and writes the figures',
    async () => {
      const flags = Object.entries(SMALL).map(([name, value]) => `--${name}=${value}`);

      const { stdout } = await promisify(execFile)(process.execPath, [BENCH, 'in-flight', ...flags], {
        cwd: folder,
      });

      for (const count of [0, FEW, SMALL.submissions]) {
        expect(stdout).toMatch(new RegExp(`^ +${count}(?: +[\\d.]+){3}`, 'm'));
      }
      const { options, results } = JSON.parse(
        await readFile(join(folder, 'bench/results/in-flight.json'), 'utf8'),
      ) as Results;
      expect(options).toEqual(SMALL);
      expect(results.levels.map(({ inFlight }) => inFlight)).toEqual([0, FEW, SMALL.submissions]);
      for (const { service, redisBytes } of results.levels) {
        for (const bytes of [...Object.values(service), redisBytes]) expect(bytes).toBeGreaterThan(0);
      }
      expect(results.redisKeys['check jobs']).toEqual({
        keys: SMALL.submissions,
        bytes: expect.any(Number),
      });
      expect(results.redisKeys['callback metadata']?.keys).toBe(SMALL.submissions);
      expect(results.idle.seconds).toBeGreaterThanOrEqual(SMALL['idle-seconds']);
      expect(results.drain).toEqual({ chunks: SMALL.drain, wallMs: expect.any(Number) });
    },
    TIMEOUT_MS,
  );
});
