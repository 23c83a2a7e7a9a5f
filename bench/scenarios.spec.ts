import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const BENCH = fileURLToPath(new URL('../dist/bench/main.js', import.meta.url));
/** Each starts stores and some processes, twice. */
const TIMEOUT_MS = 120_000;

interface Case {
  scenario: string;
  /** As little work as it takes. */
  given: Record<string, number>;
  /** The first cell of each row of its table. */
  rows: string[];
  /** What it says of them. */
  note: RegExp;
}

const CASES: Case[] = [
  {
    scenario: 'intake',
    given: { seconds: 1, connections: 4, submissions: 100, rounds: 1 },
    rows: ['bare', 'ringback'],
    note: /[\d.]+ of bare/,
  },
  {
    scenario: 'drain',
    given: { submissions: 10, conversations: 2, rounds: 1 },
    rows: ['bare', 'ringback'],
    note: /drained at [\d.]+ of bare/,
  },
  {
    scenario: 'growth',
    given: { settled: 1_000, chunks: 20, 'warm-up': 20, rounds: 1 },
    rows: ['1', '100', '1000'],
    note: /costs \d+ % more CPU/,
  },
  { scenario: 'start', given: { rounds: 1 }, rows: ['first start', 'later starts'], note: /./ },
];

describe('a scenario with very little to do', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-bench-cwd-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it.each(CASES)(
    '$scenario prints its table, and writes the figures and what they were measured with',
    async ({ scenario, given, rows, note }) => {
      const flags = Object.entries(given).map(([name, value]) => `--${name}=${value}`);

      const { stdout, stderr } = await promisify(execFile)(process.execPath, [BENCH, scenario, ...flags], {
        cwd: folder,
      });

      expect(stderr).not.toContain('Warning');
      for (const row of rows) expect(stdout).toMatch(new RegExp(`^ *${row} +[\\d.]+`, 'm'));
      expect(stdout).toMatch(note);
      const written = JSON.parse(
        await readFile(join(folder, `bench/results/${scenario}.json`), 'utf8'),
      ) as Record<string, unknown>;
      expect(written).toMatchObject({ scenario, options: given });
    },
    TIMEOUT_MS,
  );
});
