/**
 * How long a chunk holds a worker, against how long the provider takes for it.
 *
 * Measured: the time that jobs run (`ringback_job_busy_seconds_total`, their requests to provider and database included)
 * and the time from the first upload to the last corrected text, with one job of each kind at once; and the same provider
 * under a worker that waits for it.
 * Not measured: a real correction model (the simulated one answers at once), recordings of real size, Redis.
 * One run each, on a fresh database, after some recordings that are not counted: code that has just been loaded is slow. Wall
 * times are exact to 0.1 s, and busy times vary by a third from run to run.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { closing } from '../../demo/closing.js';
import type { ServiceApi } from '../../demo/service/service-api.js';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { defineScenario, type ScenarioResult, type ScenarioTools } from '../scenario.js';
import { withService, type Strategy } from '../support/bench-service.js';
import { runBlockingWorker } from '../support/blocking-worker.js';
import { parseMetrics, total, type Sample } from '../support/metrics.js';
import { NotSettledError, sendAndSettle } from '../support/send-and-settle.js';
import { rounded } from '../support/table.js';

const STRATEGIES: readonly Strategy[] = ['webhook', 'polling'];
/** Those of a chunk; the others are of a conversation. */
const KINDS = ['submit', 'check', 'correct'] as const;
type Kind = (typeof KINDS)[number];

const MS_PER_SECOND = 1_000;
const PERCENT = 100;
/** Many times what a chunk holds a worker for, on a slow machine. */
const TIMEOUT_PER_CHUNK_MS = 2_000;
const TIMEOUT_ANYWAY_MS = 60_000;
const LOOK_INTERVAL_MS = 50;

interface Given {
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
  /** Runs of each kind of job per chunk; a look that finds nothing is a run. */
  runsPerChunk: Record<Kind, number>;
  busyMsPerChunkInAll: number;
  /** Of the provider's latency. */
  busyPercent: number;
}

export const heldWorker = defineScenario({
  name: 'held-worker',
  measures: 'how long a chunk holds a worker, against the provider’s latency; one job of each kind at once',
  options: {
    chunks: { default: 60, min: 1, meaning: 'recordings, all given at once' },
    'latency-ms': { default: 5_000, min: 1, meaning: 'what the provider takes for each' },
    'poll-interval-ms': {
      default: 1_000,
      min: 10,
      meaning: 'between two looks, of Ringback and of the baseline',
    },
    'warm-up': { default: 200, min: 1, meaning: 'recordings before those, which are not counted' },
    'baseline-chunks': { default: 6, min: 1, meaning: 'recordings for the blocking worker' },
  },
  run: async (given, tools) => {
    const simulator = await startSimulator({ latencyMs: given['latency-ms'], geminiLatencyMs: 0 });
    return closing(
      () => simulator.close(),
      async () => {
        const figures: StrategyFigures[] = [];
        for (const strategy of STRATEGIES) figures.push(await measure(strategy, { given, simulator, tools }));
        const heldMs = await runBlockingWorker(
          {
            simulatorUrl: simulator.url,
            chunks: given['baseline-chunks'],
            pollIntervalMs: given['poll-interval-ms'],
          },
          tools,
        );
        return report(given, figures, heldMs);
      },
    );
  },
});

async function measure(
  strategy: Strategy,
  run: { given: Given; simulator: Simulator; tools: ScenarioTools },
): Promise<StrategyFigures> {
  const { given, simulator, tools } = run;
  tools.progress(`${strategy}: starting the service`);
  await simulator.reset();
  const environment = {
    SUBMIT_CONCURRENCY: '1',
    CORRECTION_CONCURRENCY: '1',
    POLL_INTERVAL_MS: String(given['poll-interval-ms']),
  };
  return withService({ strategy, simulatorUrl: simulator.url, environment }, tools, async (api) => {
    const settle = (chunks: number, label: string): Promise<number> => {
      const timeoutMs = TIMEOUT_ANYWAY_MS + given['latency-ms'] + chunks * TIMEOUT_PER_CHUNK_MS;
      return sendAndSettle(api, { chunks, timeoutMs, label }, tools);
    };
    await settle(given['warm-up'], `${strategy}, warming up`);
    const before = await samplesAfter(api, given['warm-up']);
    const wallMs = await settle(given.chunks, strategy);
    const chunks = given['warm-up'] + given.chunks;
    const after = await samplesAfter(api, chunks);
    if (simulator.ledger.counts.submit !== chunks) {
      throw new NotSettledError(`${simulator.ledger.counts.submit} submissions for ${chunks} chunks`);
    }
    return figuresOf(strategy, { before, after, wallMs, given });
  });
}

/** The last job is counted a moment after its chunk is completed. */
async function samplesAfter(api: ServiceApi, chunks: number): Promise<Sample[]> {
  for (;;) {
    const samples = parseMetrics(await api.metrics());
    if (total(samples, 'ringback_jobs_total', { job: 'correct' }) >= chunks) return samples;
    await pause(LOOK_INTERVAL_MS);
  }
}

function figuresOf(
  strategy: Strategy,
  { before, after, wallMs, given }: { before: Sample[]; after: Sample[]; wallMs: number; given: Given },
): StrategyFigures {
  const perChunk = (name: string, factor: number): Record<Kind, number> => {
    const sum = (job: Kind): number => total(after, name, { job }) - total(before, name, { job });
    const entries = KINDS.map((job) => [job, (sum(job) * factor) / given.chunks]);
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
    busyPercent: percentOf(busyMsPerChunkInAll, given['latency-ms']),
  };
}

function report(
  given: Given,
  figures: readonly StrategyFigures[],
  heldMs: readonly number[],
): ScenarioResult {
  const heldInAllMs = heldMs.reduce((sum, ms) => sum + ms, 0);
  const heldMsPerChunk = heldInAllMs / heldMs.length;
  const latency = `${given['latency-ms'] / MS_PER_SECOND} s`;
  const blockingWallMs = heldMsPerChunk * given.chunks;
  const ours = figures.map(({ strategy, wallMs, busyMsPerChunk, busyMsPerChunkInAll, busyPercent }) => [
    strategy,
    given.chunks,
    latency,
    rounded(wallMs / MS_PER_SECOND, 1),
    ...KINDS.map((kind) => rounded(busyMsPerChunk[kind], 1)),
    rounded(busyMsPerChunkInAll, 1),
    `${busyPercent.toFixed(1)} %`,
    `${(blockingWallMs / MS_PER_SECOND).toFixed(0)} s`,
  ]);
  const baselinePercent = `${percentOf(heldMsPerChunk, given['latency-ms']).toFixed(1)} %`;
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
      `a blocking worker needs: ${given.chunks} chunks x ${rounded(heldMsPerChunk)} ms, measured with ${heldMs.length} chunks, one after the other`,
      `polling looks every ${given['poll-interval-ms']} ms; wall is from the first upload to the last corrected text (the baseline’s: to the last first-stage text)`,
    ],
    data: { strategies: figures, blockingWorker: { heldMs, heldMsPerChunk, wallMsForAll: blockingWallMs } },
  };
}

function percentOf(part: number, whole: number): number {
  return (part / whole) * PERCENT;
}
