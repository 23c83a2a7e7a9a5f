/**
 * Measures how fast the results of many submissions that finish at the same time are processed,
 * compared with the careless baseline.
 *
 * Measured: chunks a second from the first callback to the last corrected text (and finalized
 * conversation), and processor time, with all submissions in flight before. One api and one worker
 * process use their own Redis and PostgreSQL. Callbacks arrive on as many connections as a provider
 * would open to one receiver.
 *
 * Not measured: the submits, which the scenario throughput covers; and the provider's rate limit,
 * as if the transcripts had taken longer than the five minutes that it covers.
 *
 * Rounds alternate; the first of each contender warms up and is not counted.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Simulator } from '../../simulator/simulator.js';
import { defineScenario, type ScenarioResult, type ScenarioTools } from '../scenario.js';
import { runAlternately, withArena, type StartContender } from '../support/arena.js';
import { forEachConcurrently } from '../support/for-each-concurrently.js';
import { startBare } from '../support/bare-contender.js';
import type { Contender } from '../support/contender.js';
import {
  chunksOfEach,
  measureUntilDone,
  type ContenderRound as Round,
} from '../support/measure-contender.js';
import { resetRequestCount } from '../support/reset-request-count.js';
import { median, spread } from '../support/median.js';
import type { Stores } from '../support/stores.js';
import { rounded } from '../support/table.js';
import { startRingback } from '../support/ringback-contender.js';

const NEVER_MS = 28_800_000;
const GEMINI_LATENCY_MS: [number, number] = [0, 20];
const CALLBACKS_CONCURRENCY = 64;
const POLL_INTERVAL_MS = 50;

const STARTS: readonly StartContender[] = [startBare, startRingback];

interface OptionValues {
  submissions: number;
  conversations: number;
  rounds: number;
}

export const drain = defineScenario({
  name: 'drain',
  measures: 'how fast many submissions that finish together are brought in, against a careless baseline',
  options: {
    submissions: { default: 10_000, min: 10, meaning: 'in flight before the first callback' },
    conversations: { default: 100, min: 1, meaning: 'conversations that they are spread over' },
    rounds: { default: 1, min: 1, meaning: 'counted rounds of each contender' },
  },
  run: (values, tools) => {
    // All conversations have the same number of chunks.
    const most = values.submissions + values.conversations;
    const providers = { latencyMs: NEVER_MS, geminiLatencyMs: GEMINI_LATENCY_MS, accountConcurrency: most };
    return withArena(providers, tools, async (arena) => {
      const plan = { starts: STARTS, rounds: values.rounds };
      return report(
        await runAlternately(
          arena,
          plan,
          (contender) => drained(contender, { ...arena, values }, tools),
          tools,
        ),
      );
    });
  },
});

async function drained(
  contender: Contender,
  { simulator, stores, values }: { simulator: Simulator; stores: Stores; values: OptionValues },
  tools: ScenarioTools,
): Promise<Round> {
  const { conversations } = values;
  const chunksEach = chunksOfEach({ chunks: values.submissions, conversations });
  const chunks = chunksEach * conversations;
  await contender.addWork(conversations, chunksEach);
  tools.progress(`${contender.name}: waiting for ${chunks} submissions`);
  while (simulator.ledger.transcripts.size < chunks) {
    for (const process of contender.processes) process.assertAlive();
    await pause(POLL_INTERVAL_MS, undefined, { signal: tools.signal });
  }
  await resetRequestCount(stores);
  const ids = [...simulator.ledger.transcripts.keys()];
  return measureUntilDone(contender, stores, {
    chunks,
    begin: () => forEachConcurrently(CALLBACKS_CONCURRENCY, ids, (id) => simulator.assemblyai.finish(id)),
  });
}

const COLUMNS = {
  'chunks/s': 'chunksPerSecond',
  'service CPU ms': 'serviceMs',
  'PostgreSQL CPU ms': 'postgresMs',
  'Redis CPU ms': 'redisMs',
} as const satisfies Record<string, keyof Round>;

function report(rounds: readonly Round[]): ScenarioResult {
  const names = [...new Set(rounds.map(({ contender }) => contender))];
  const valuesOf = (name: string, key: (typeof COLUMNS)[keyof typeof COLUMNS]): number[] =>
    rounds.filter(({ contender }) => contender === name).map((round) => round[key]);
  const rateOf = (name: string): number => median(valuesOf(name, 'chunksPerSecond'));
  const ratio = rateOf('ringback') / rateOf('bare');
  return {
    table: {
      columns: ['', ...Object.keys(COLUMNS), 'spread of chunks/s'],
      rows: names.map((name) => [
        name,
        ...Object.values(COLUMNS).map((key) => rounded(median(valuesOf(name, key)), 2)),
        spread(valuesOf(name, 'chunksPerSecond')),
      ]),
    },
    notes: ['medians of the rounds; CPU per chunk', `drained at ${rounded(ratio, 2)} of bare’s rate`],
    chart: {
      title: 'Chunks brought in when all finish together',
      unit: 'a second',
      bars: names.map((name) => ({ label: name, value: rounded(rateOf(name)) })),
    },
    data: { rounds, ratio },
  };
}
