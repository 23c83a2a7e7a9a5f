/**
 * Chunks a second from end to end, and what each costs, beside the careless baseline.
 *
 * Measured: the time from the first request to the last corrected text (and finalised conversation), and the processor time that
 * the operating system counts for each process meanwhile, with one api and one worker process on Redis and PostgreSQL of their own.
 * Both contenders ask the same of the same simulated providers, which answer within 20 ms and share the machine.
 * Rounds alternate; the first of each contender warms up and is not counted.
 */
import { setMaxListeners } from 'node:events';
import { closing } from '../../demo/closing.js';
import { startSimulator } from '../../simulator/simulator.js';
import { defineScenario, type ScenarioResult, type ScenarioTools } from '../scenario.js';
import { startBare } from '../support/bare-contender.js';
import { CLIENTS } from '../support/clients.js';
import type { Contender, Surroundings } from '../support/contender.js';
import { measureContender, type ContenderRound as Round } from '../support/measure-contender.js';
import { median, spread } from '../support/median.js';
import { withRecordings } from '../support/recording-server.js';
import { startRingback } from '../support/ringback-contender.js';
import { withStores, type Stores } from '../support/stores.js';
import { rounded } from '../support/table.js';

const LATENCY_MS: [number, number] = [0, 20];

type Start = (stores: Stores, surroundings: Surroundings, tools: ScenarioTools) => Promise<Contender>;

const STARTS: readonly Start[] = [startBare, startRingback];

export const throughput = defineScenario({
  name: 'throughput',
  measures: 'chunks a second and processor time per chunk, against a careless baseline on the same stores',
  options: {
    chunks: { default: 2_000, min: 10, meaning: 'chunks of a round' },
    conversations: { default: 100, min: 1, meaning: 'conversations that they are spread over' },
    rounds: { default: 3, min: 1, meaning: 'counted rounds of each contender' },
  },
  run: async (given, tools) => {
    // Every request under way listens to it.
    setMaxListeners(2 * CLIENTS, tools.signal);
    const simulator = await startSimulator({ latencyMs: LATENCY_MS, geminiLatencyMs: LATENCY_MS });
    return closing(
      () => simulator.close(),
      () =>
        withRecordings((recordingsUrl) =>
          withStores(tools, async (stores) => {
            const rounds: Round[] = [];
            for (let round = 0; round <= given.rounds; round += 1) {
              for (const start of STARTS) {
                await simulator.reset();
                const contender = await start(stores, { simulatorUrl: simulator.url, recordingsUrl }, tools);
                const measured = await closing(
                  async () => {
                    for (const process of contender.processes) await process.stop();
                  },
                  () => measureContender(contender, stores, given),
                );
                tools.progress(
                  `${round === 0 ? 'warming up' : `round ${round}`}: ${measured.contender} ${rounded(measured.chunksPerSecond)} chunks/s`,
                );
                if (round > 0) rounds.push(measured);
              }
            }
            return report(rounds);
          }),
        ),
    );
  },
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
  const ratio = medianOf('ringback', 'chunksPerSecond') / medianOf('bare', 'chunksPerSecond');
  const extraCpuMs = cpu('ringback') - cpu('bare');
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
      `throughput is ${rounded(ratio, 2)} of bare, with ${rounded(extraCpuMs, 2)} ms more CPU per chunk, service and stores together`,
    ],
    chart: {
      title: 'Chunks from end to end',
      unit: 'a second',
      bars: names.map((name) => ({ label: name, value: rounded(medianOf(name, 'chunksPerSecond')) })),
    },
    data: { rounds, ratio, extraCpuMs },
  };
}

function valuesOf(
  rounds: readonly Round[],
  name: string,
  key: (typeof COLUMNS)[keyof typeof COLUMNS],
): number[] {
  return rounds.filter(({ contender }) => contender === name).map((round) => round[key]);
}
