/**
 * Measures whether a chunk costs more when the database is full of others.
 *
 * Measured: throughput and processor time per chunk of Ringback alone, with a growing number of
 * settled chunks of other conversations in PostgreSQL, each with its submission and three entries
 * of the processing log. One api and one worker process, Redis.
 *
 * One statement writes the settled chunks, as if they were old. `vacuum analyze` follows, as
 * autovacuum would do in time. Some chunks at each level are not counted, because the processes
 * have become cold meanwhile.
 */
import { defineScenario, type ScenarioResult } from '../scenario.js';
import { addSettled } from '../support/add-settled.js';
import { withArena } from '../support/arena.js';
import { measureContender, type ContenderRound } from '../support/measure-contender.js';
import { median } from '../support/median.js';
import { startRingback } from '../support/ringback-contender.js';
import { rounded } from '../support/table.js';

const LATENCY_MS: [number, number] = [0, 20];
const CONVERSATIONS = 20;
/** A thousandth, a tenth, and all of the settled chunks. */
const SHARES = [0.001, 0.1, 1];
const PERCENT = 100;

interface Level {
  settled: number;
  rounds: ContenderRound[];
}

export const growth = defineScenario({
  name: 'growth',
  measures: 'what a chunk costs with few and with many settled chunks in the database',
  options: {
    settled: { default: 1_000_000, min: 1_000, meaning: 'settled chunks in the end' },
    chunks: { default: 600, min: 20, meaning: 'chunks of a round' },
    'warm-up': { default: 2_000, min: 20, meaning: 'chunks before the first round with each number' },
    rounds: { default: 3, min: 1, meaning: 'counted rounds with each number of settled chunks' },
  },
  run: (values, tools) =>
    withArena(
      { latencyMs: LATENCY_MS, geminiLatencyMs: LATENCY_MS },
      tools,
      ({ simulator, stores, withContender }) =>
        withContender(startRingback, async (contender) => {
          const work = { chunks: values.chunks, conversations: CONVERSATIONS };
          const levels: Level[] = [];
          let settled = 0;
          for (const share of SHARES) {
            const wanted = Math.round(values.settled * share);
            tools.progress(`${wanted} settled chunks`);
            await addSettled(stores.database, wanted - settled);
            settled = wanted;
            const rounds: ContenderRound[] = [];
            await simulator.reset();
            await measureContender(contender, stores, { ...work, chunks: values['warm-up'] });
            for (let round = 1; round <= values.rounds; round += 1) {
              await simulator.reset();
              const measured = await measureContender(contender, stores, work);
              tools.progress(`round ${round}: ${rounded(measured.chunksPerSecond)} chunks/s`);
              rounds.push(measured);
            }
            levels.push({ settled, rounds });
          }
          return report(levels);
        }),
    ),
});

function report(levels: readonly Level[]): ScenarioResult {
  const figures = levels.map(({ settled, rounds }) => ({
    settled,
    chunksPerSecond: median(rounds.map(({ chunksPerSecond }) => chunksPerSecond)),
    serviceMs: median(rounds.map(({ serviceMs }) => serviceMs)),
    postgresMs: median(rounds.map(({ postgresMs }) => postgresMs)),
  }));
  const costs = figures.map(({ serviceMs, postgresMs }) => serviceMs + postgresMs);
  const growthPercent = (Math.max(...costs) / Math.min(...costs) - 1) * PERCENT;
  return {
    table: {
      columns: ['settled chunks', 'chunks/s', 'service CPU ms', 'PostgreSQL CPU ms'],
      rows: figures.map(({ settled, chunksPerSecond, serviceMs, postgresMs }) => [
        settled,
        rounded(chunksPerSecond),
        rounded(serviceMs, 2),
        rounded(postgresMs, 2),
      ]),
    },
    notes: [
      'medians of the rounds; CPU per chunk',
      `the dearest chunk costs ${rounded(growthPercent)} % more CPU than the cheapest, service and PostgreSQL together`,
    ],
    chart: {
      title: 'Processor time of a chunk, by settled chunks in the database',
      unit: 'ms',
      bars: figures.map(({ settled }, index) => ({
        label: String(settled),
        value: rounded(costs[index] ?? 0, 2),
      })),
    },
    data: { levels, figures, growthPercent },
  };
}
