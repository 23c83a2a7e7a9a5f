/**
 * Measures how long a chunk holds a worker, compared with the provider's time for it.
 *
 * Measured: the run time of jobs (`ringback_job_busy_seconds_total`, including their requests to
 * provider and database) and the time from the first upload to the last corrected text, with one
 * job of each kind at a time; and the same provider with a worker that waits for it.
 *
 * Not measured: a real correction model (the simulated one answers at once), recordings of real
 * size, Redis.
 *
 * One run each, on a fresh database, after some recordings that are not counted, because code that
 * has just been loaded is slow. Wall times are exact to 0.1 s, and busy times vary by a third from
 * run to run.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { closing } from '../../commands/closing.js';
import type { ServiceApi } from '../../commands/service/service-api.js';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { defineScenario, type ScenarioResult, type ScenarioTools } from '../scenario.js';
import { withService, type Strategy } from '../support/bench-service.js';
import { runBlockingWorker } from '../support/blocking-worker.js';
import { parseMetrics, total, type Sample } from '../support/metrics.js';
import { NotSettledError, sendAndSettle } from '../support/send-and-settle.js';
import { rounded } from '../support/table.js';

const STRATEGIES: readonly Strategy[] = ['webhook', 'polling'];
/** Jobs of a chunk; the others belong to a conversation. */
const KINDS = ['submit', 'check', 'correct'] as const;
type Kind = (typeof KINDS)[number];

const MS_PER_SECOND = 1_000;
const PERCENT = 100;
/** Many times the duration for which a chunk holds a worker on a slow machine. */
const TIMEOUT_PER_CHUNK_MS = 2_000;
const BASE_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 50;

interface OptionValues {
  chunks: number;
  'warm-up': number;
  'latency-ms': number;
  'poll-interval-ms': number;
  'baseline-chunks': number;
}

interface StrategyFigures {
  strategy: Strategy;
  wallMs: number;
  busyMsPerChunk: Record<Kind, number>;
  /** Runs of each kind of job per chunk; a check that finds nothing is a run. */
  runsPerChunk: Record<Kind, number>;
  busyMsPerChunkInAll: number;
  /** Share of the provider's latency. */
  busyPercent: number;
}

export const heldWorker = defineScenario({
  name: 'held-worker',
  measures: 'how long a chunk holds a worker, against the provider’s latency; one job of each kind at once',
  options: {
    chunks: { default: 60, min: 1, meaning: 'recordings, all uploaded at once' },
    'latency-ms': { default: 5_000, min: 1, meaning: 'latency of the provider for each' },
    'poll-interval-ms': {
      default: 1_000,
      min: 10,
      meaning: 'between two checks, of Ringback and of the baseline',
    },
    'warm-up': { default: 200, min: 1, meaning: 'recordings before those, which are not counted' },
    'baseline-chunks': { default: 6, min: 1, meaning: 'recordings for the blocking worker' },
  },
  run: async (values, tools) => {
    const simulator = await startSimulator({ latencyMs: values['latency-ms'], geminiLatencyMs: 0 });
    return closing(
      () => simulator.close(),
      async () => {
        const figures: StrategyFigures[] = [];
        for (const strategy of STRATEGIES)
          figures.push(await measure(strategy, { values, simulator, tools }));
        const heldMs = await runBlockingWorker(
          {
            simulatorUrl: simulator.url,
            chunks: values['baseline-chunks'],
            pollIntervalMs: values['poll-interval-ms'],
          },
          tools,
        );
        return report(values, figures, heldMs);
      },
    );
  },
});

async function measure(
  strategy: Strategy,
  run: { values: OptionValues; simulator: Simulator; tools: ScenarioTools },
): Promise<StrategyFigures> {
  const { values, simulator, tools } = run;
  tools.progress(`${strategy}: starting the service`);
  await simulator.reset();
  const environment = {
    SUBMIT_CONCURRENCY: '1',
    CORRECTION_CONCURRENCY: '1',
    POLL_INTERVAL_MS: String(values['poll-interval-ms']),
  };
  return withService({ strategy, simulatorUrl: simulator.url, environment }, tools, async (api) => {
    const settle = (chunks: number, label: string): Promise<number> => {
      const timeoutMs = BASE_TIMEOUT_MS + values['latency-ms'] + chunks * TIMEOUT_PER_CHUNK_MS;
      return sendAndSettle(api, { chunks, timeoutMs, label }, tools);
    };
    await settle(values['warm-up'], `${strategy}, warming up`);
    const before = await samplesAfter(api, values['warm-up']);
    const wallMs = await settle(values.chunks, strategy);
    const chunks = values['warm-up'] + values.chunks;
    const after = await samplesAfter(api, chunks);
    if (simulator.ledger.counts.submit !== chunks) {
      throw new NotSettledError(`${simulator.ledger.counts.submit} submissions for ${chunks} chunks`);
    }
    return figuresOf(strategy, { before, after, wallMs, values });
  });
}

/** The last job is counted shortly after its chunk is completed. */
async function samplesAfter(api: ServiceApi, chunks: number): Promise<Sample[]> {
  for (;;) {
    const samples = parseMetrics(await api.metrics());
    if (total(samples, 'ringback_jobs_total', { job: 'correct' }) >= chunks) return samples;
    await pause(POLL_INTERVAL_MS);
  }
}

function figuresOf(
  strategy: Strategy,
  {
    before,
    after,
    wallMs,
    values,
  }: { before: Sample[]; after: Sample[]; wallMs: number; values: OptionValues },
): StrategyFigures {
  const perChunk = (name: string, factor: number): Record<Kind, number> => {
    const sum = (job: Kind): number => total(after, name, { job }) - total(before, name, { job });
    const entries = KINDS.map((job) => [job, (sum(job) * factor) / values.chunks]);
    return Object.fromEntries(entries) as Record<Kind, number>;
  };
  const busyMsPerChunk = perChunk('ringback_job_busy_seconds_total', MS_PER_SECOND);
  const busyMsPerChunkInAll = KINDS.reduce((sum, kind) => sum + busyMsPerChunk[kind], 0);
  return {
    strategy,
    wallMs,
    busyMsPerChunk,
    runsPerChunk: perChunk('ringback_jobs_total', 1),
    busyMsPerChunkInAll,
    busyPercent: percentOf(busyMsPerChunkInAll, values['latency-ms']),
  };
}

function report(
  values: OptionValues,
  figures: readonly StrategyFigures[],
  heldMs: readonly number[],
): ScenarioResult {
  const heldInAllMs = heldMs.reduce((sum, ms) => sum + ms, 0);
  const heldMsPerChunk = heldInAllMs / heldMs.length;
  const latency = `${values['latency-ms'] / MS_PER_SECOND} s`;
  const blockingWallMs = heldMsPerChunk * values.chunks;
  const ours = figures.map(({ strategy, wallMs, busyMsPerChunk, busyMsPerChunkInAll, busyPercent }) => [
    strategy,
    values.chunks,
    latency,
    rounded(wallMs / MS_PER_SECOND, 1),
    ...KINDS.map((kind) => rounded(busyMsPerChunk[kind], 1)),
    rounded(busyMsPerChunkInAll, 1),
    `${busyPercent.toFixed(1)} %`,
    `${(blockingWallMs / MS_PER_SECOND).toFixed(0)} s`,
  ]);
  const baselinePercent = `${percentOf(heldMsPerChunk, values['latency-ms']).toFixed(1)} %`;
  const baseline = [
    'blocking worker',
    heldMs.length,
    latency,
    rounded(heldInAllMs / MS_PER_SECOND, 1),
    '',
    '',
    '',
    rounded(heldMsPerChunk, 1),
    baselinePercent,
    '',
  ];
  return {
    table: {
      columns: [
        'strategy',
        'chunks',
        'provider takes',
        'wall s',
        ...KINDS.map((kind) => `${kind} ms`),
        'busy ms/chunk',
        'of latency',
        'a blocking worker needs',
      ],
      rows: [...ours, baseline],
    },
    notes: [
      'submit, check, correct, busy: how long jobs of a chunk hold a worker, in all their runs, mean over the chunks',
      `a blocking worker needs: ${values.chunks} chunks x ${rounded(heldMsPerChunk)} ms, measured with ${heldMs.length} chunks, one after the other`,
      `polling checks every ${values['poll-interval-ms']} ms; wall is from the first upload to the last corrected text (the baseline’s: to the last first-stage text)`,
    ],
    data: { strategies: figures, blockingWorker: { heldMs, heldMsPerChunk, wallMsForAll: blockingWallMs } },
  };
}

function percentOf(part: number, whole: number): number {
  return (part / whole) * PERCENT;
}
