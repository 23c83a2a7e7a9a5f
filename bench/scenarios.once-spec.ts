import { describe, expect, it } from 'vitest';
import { runScenario } from './support/run-scenario.js';

/** Each starts stores and some processes, twice. */
const TIMEOUT_MS = 120_000;

interface Case {
  scenario: string;
  /** The smallest possible amount of work. */
  values: Record<string, number>;
  /** The first cell of each row of its table. */
  rows: string[];
  /** Matches its note about the rows. */
  note: RegExp;
}

const CASES: Case[] = [
  {
    scenario: 'intake',
    values: { seconds: 1, connections: 4, submissions: 100, rounds: 1 },
    rows: ['bare', 'ringback'],
    note: /[\d.]+ of bare/,
  },
  {
    scenario: 'drain',
    values: { submissions: 10, conversations: 2, rounds: 1 },
    rows: ['bare', 'ringback'],
    note: /drained at [\d.]+ of bare/,
  },
  {
    scenario: 'growth',
    values: { settled: 1_000, chunks: 20, 'warm-up': 20, rounds: 1 },
    rows: ['1', '100', '1000'],
    note: /costs \d+ % more CPU/,
  },
  {
    scenario: 'lists',
    values: { conversations: 1_000, requests: 10 },
    rows: ['all', 'rare-word', 'word-of-all-deep'],
    note: /slowest list has a p95 of \d+ ms/,
  },
  {
    scenario: 'reading',
    values: { words: 2_000, chunks: 4, turns: 10 },
    rows: ['4', '1'],
    note: /painted at most \d+ ms after the answer/,
  },
  {
    scenario: 'stream',
    values: { clients: 3, changes: 1, 'idle-seconds': 1 },
    rows: ['0', '3'],
    note: /the last one after \d+ ms/,
  },
  { scenario: 'start', values: { rounds: 1 }, rows: ['first start', 'later starts'], note: /./ },
];

describe('a scenario with very little to do', () => {
  it.each(CASES)(
    '$scenario prints its table, and writes the figures and what they were measured with',
    async ({ scenario, values, rows, note }) => {
      const { stdout, stderr, written } = await runScenario(scenario, values);

      expect(stderr).not.toContain('Warning');
      for (const row of rows) expect(stdout).toMatch(new RegExp(`^ *${row} +[\\d.]+`, 'm'));
      expect(stdout).toMatch(note);
      expect(written).toMatchObject({ scenario, options: values });
    },
    TIMEOUT_MS,
  );
});
