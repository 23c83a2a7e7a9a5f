/**
 * Measures chunks a second from end to end, and the cost of each, compared with the careless
 * baseline.
 *
 * Measured: the time from the first request to the last corrected text (and finalized
 * conversation), and the processor time that the operating system counts for each process
 * meanwhile, with one api and one worker process on their own Redis and PostgreSQL; and, as on a
 * machine with Node alone, with one process that does everything on PostgreSQL. The baseline runs a
 * second time with a row in PostgreSQL for each chunk and the model's SDK: the minimum cost with
 * these libraries.
 *
 * All contenders send the same requests to the same simulated providers, which answer within 20 ms
 * and share the machine.
 *
 * Rounds alternate; the first of each contender warms up the stores and is not counted. In each
 * round new processes do some chunks first that are not counted either: code that has just been
 * loaded runs at half its speed, and a service runs for weeks.
 */
import { defineScenario, type ScenarioResult } from '../scenario.js';
import { runAlternately, withArena, type StartContender } from '../support/arena.js';
import { startBare, startBareWithRecord } from '../support/bare-contender.js';
import type { Contender } from '../support/contender.js';
import { measureContender, type ContenderRound as Round } from '../support/measure-contender.js';
import { median, spread } from '../support/median.js';
import { startRingback, startRingbackWithoutRedis } from '../support/ringback-contender.js';
import { rounded } from '../support/table.js';

const LATENCY_MS: [number, number] = [0, 20];

const STARTS: readonly StartContender[] = [
  startBare,
  startBareWithRecord,
  startRingback,
  startRingbackWithoutRedis,
];

export const throughput = defineScenario({
  name: 'throughput',
  measures: 'chunks a second and processor time per chunk, against a careless baseline on the same stores',
  options: {
    chunks: { default: 2_000, min: 10, meaning: 'chunks of a round' },
    conversations: { default: 100, min: 1, meaning: 'conversations that they are spread over' },
    'warm-up': { default: 2_000, min: 1, meaning: 'chunks that each process has done before' },
    rounds: { default: 3, min: 1, meaning: 'counted rounds of each contender' },
  },
  run: (values, tools) =>
    withArena({ latencyMs: LATENCY_MS, geminiLatencyMs: LATENCY_MS }, tools, async (arena) => {
      const plan = { starts: STARTS, rounds: values.rounds };
      const warmUp = { chunks: values['warm-up'], conversations: values.conversations };
      const compete = async (contender: Contender): Promise<Round> => {
        await measureContender(contender, arena.stores, warmUp);
        return measureContender(contender, arena.stores, values);
      };
      return report(await runAlternately(arena, plan, compete, tools));
    }),
});

const COLUMNS = {
  'chunks/s': 'chunksPerSecond',
  'service CPU ms': 'serviceMs',
  'PostgreSQL CPU ms': 'postgresMs',
  'Redis CPU ms': 'redisMs',
  transactions: 'transactions',
  'Redis commands': 'redisCommands',
} as const satisfies Record<string, keyof Round>;

function report(rounds: readonly Round[]): ScenarioResult {
  const names = [...new Set(rounds.map(({ contender }) => contender))];
  const medianOf = (name: string, key: (typeof COLUMNS)[keyof typeof COLUMNS]): number =>
    median(valuesOf(rounds, name, key));
  const cpu = (name: string): number =>
    medianOf(name, 'serviceMs') + medianOf(name, 'postgresMs') + medianOf(name, 'redisMs');
  const comparisons = names
    .filter((name) => name !== 'bare')
    .map((name) => ({
      contender: name,
      ratio: medianOf(name, 'chunksPerSecond') / medianOf('bare', 'chunksPerSecond'),
      extraCpuMs: cpu(name) - cpu('bare'),
    }));
  return {
    table: {
      columns: ['', ...Object.keys(COLUMNS), 'spread of chunks/s'],
      rows: names.map((name) => [
        name,
        ...Object.values(COLUMNS).map((key) => rounded(medianOf(name, key), 2)),
        spread(valuesOf(rounds, name, 'chunksPerSecond')),
      ]),
    },
    notes: [
      'medians of the rounds; CPU, transactions and commands per chunk, commands within scripts included',
      ...comparisons.map(
        ({ contender, ratio, extraCpuMs }) =>
          `${contender}: ${rounded(ratio, 2)} of bare, with ${rounded(extraCpuMs, 2)} ms more CPU per chunk, service and stores together`,
      ),
    ],
    chart: {
      title: 'Chunks from end to end',
      unit: 'a second',
      bars: names.map((name) => ({ label: name, value: rounded(medianOf(name, 'chunksPerSecond')) })),
    },
    data: { rounds, comparisons },
  };
}

function valuesOf(
  rounds: readonly Round[],
  name: string,
  key: (typeof COLUMNS)[keyof typeof COLUMNS],
): number[] {
  return rounds.filter(({ contender }) => contender === name).map((round) => round[key]);
}
