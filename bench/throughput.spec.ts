import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const BENCH = fileURLToPath(new URL('../dist/bench/main.js', import.meta.url));
const SMALL = { chunks: 20, conversations: 2, 'warm-up': 2, rounds: 1 };
const CONTENDERS = ['bare', 'ringback', 'ringback without Redis'];
/** It starts one or two processes of each contender, twice. */
const TIMEOUT_MS = 120_000;

interface Results {
  results: {
    rounds: Record<string, number | string>[];
    comparisons: { contender: string; ratio: number }[];
  };
}

describe('the scenario throughput, with few chunks', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-bench-cwd-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it(
    'lets all contenders do the whole job, and writes what each chunk cost them',
    async () => {
      const flags = Object.entries(SMALL).map(([name, value]) => `--${name}=${value}`);

      const { stdout, stderr } = await promisify(execFile)(
        process.execPath,
        [BENCH, 'throughput', ...flags],
        {
          cwd: folder,
        },
      );

      expect(stderr).not.toContain('Warning');
      for (const name of CONTENDERS) expect(stdout).toMatch(new RegExp(`^${name}(?: +[\\d.]+){6}`, 'm'));
      const { results } = JSON.parse(
        await readFile(join(folder, 'bench/results/throughput.json'), 'utf8'),
      ) as Results;
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
