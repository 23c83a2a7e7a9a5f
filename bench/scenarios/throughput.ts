/**
 * Chunks a second from end to end, and what each costs, beside the careless baseline.
 *
 * Measured: the time from the first request to the last corrected text (and finalised conversation), and the processor time that
 * the operating system counts for each process meanwhile, with one api and one worker process on Redis and PostgreSQL of their own.
 * Both contenders ask the same of the same simulated providers, which answer within 20 ms and share the machine.
 * Rounds alternate; the first of each contender warms up and is not counted.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { closing } from '../../demo/closing.js';
import { startSimulator } from '../../simulator/simulator.js';
import { defineScenario, type ScenarioResult, type ScenarioTools } from '../scenario.js';
import { startBare } from '../support/bare-contender.js';
import { CLIENTS } from '../support/clients.js';
import type { Contender, Surroundings } from '../support/contender.js';
import { cpuMsOf } from '../support/cpu-time.js';
import { median, spread } from '../support/median.js';
import { withRecordings } from '../support/recording-server.js';
import { startRingback } from '../support/ringback-contender.js';
import { NotSettledError } from '../support/send-and-settle.js';
import { withStores, type Stores, type StoreUsage } from '../support/stores.js';
import { rounded } from '../support/table.js';

const LATENCY_MS: [number, number] = [0, 20];
const LOOK_INTERVAL_MS = 50;
const MS_PER_SECOND = 1_000;
const TIMEOUT_PER_CHUNK_MS = 500;

interface Given {
  chunks: number;
  conversations: number;
  rounds: number;
}

interface Round {
  contender: string;
  wallMs: number;
  chunksPerSecond: number;
  /** Of processor time, each per chunk. */
  serviceMs: number;
  postgresMs: number;
  redisMs: number;
  transactions: number;
  redisCommands: number;
}

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
                  () => explained(contender, measure(contender, { stores, given })),
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

/** What a process said last tells more than that it did not answer. */
async function explained<T>(contender: Contender, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const words = contender.processes.map(({ lastWords }) => lastWords).join('\n');
    throw new NotSettledError(`${contender.name} failed; its last words:\n${words}`, { cause: error });
  }
}

async function measure(contender: Contender, run: { stores: Stores; given: Given }): Promise<Round> {
  const { stores, given } = run;
  const chunksEach = Math.ceil(given.chunks / given.conversations);
  const chunks = chunksEach * given.conversations;
  const before = await usageOf(contender, stores);
  const start = performance.now();
  await contender.give(given.conversations, chunksEach);
  await untilDone(contender, chunks);
  const wallMs = performance.now() - start;
  const after = await usageOf(contender, stores);
  const perChunk = (key: keyof typeof after): number => (after[key] - before[key]) / chunks;
  return {
    contender: contender.name,
    wallMs,
    chunksPerSecond: (chunks / wallMs) * MS_PER_SECOND,
    serviceMs: perChunk('serviceCpuMs'),
    postgresMs: perChunk('postgresCpuMs'),
    redisMs: perChunk('redisCpuMs'),
    transactions: perChunk('transactions'),
    redisCommands: perChunk('redisCommands'),
  };
}

async function usageOf(
  { processes }: Contender,
  stores: Stores,
): Promise<StoreUsage & { serviceCpuMs: number }> {
  const times = await Promise.all(processes.map(({ pid }) => cpuMsOf(pid)));
  return { ...(await stores.usage()), serviceCpuMs: times.reduce((sum, ms) => sum + ms, 0) };
}

async function untilDone(contender: Contender, chunks: number): Promise<void> {
  const deadline = performance.now() + chunks * TIMEOUT_PER_CHUNK_MS;
  for (;;) {
    const done = await contender.done();
    if (done >= chunks) return;
    for (const process of contender.processes) process.assertAlive();
    if (performance.now() > deadline) {
      throw new NotSettledError(`${contender.name}: ${done} of ${chunks} chunks were done in time`);
    }
    await pause(LOOK_INTERVAL_MS);
  }
}

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
