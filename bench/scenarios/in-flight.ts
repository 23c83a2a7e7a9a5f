/**
 * Measures the cost of waiting for many submissions at once.
 *
 * Measured: memory of one service process (`ROLE=all`) and of its Redis with none, a fifth and all
 * of the submissions in flight, processor time of the process while it waits, and how fast it
 * processes some that finish at the same time. The webhook strategy is used; the provider finishes
 * nothing before the scenario tells it to.
 *
 * Not measured: PostgreSQL, whose rows stay anyway; passes of the reconciler, and checks after
 * CALLBACK_DEADLINE_MS, both of which are postponed beyond the end.
 *
 * One run. The process' memory is read after a full garbage collection; heaps are exact to 0.5 MiB,
 * and resident sizes vary by 10 MiB from run to run.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { closing } from '../../commands/closing.js';
import type { ServiceApi } from '../../commands/service/service-api.js';
import type { ServiceProcess } from '../../commands/service/service-process.js';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { defineScenario, type ScenarioResult, type ScenarioTools } from '../scenario.js';
import { forEachConcurrently } from '../support/for-each-concurrently.js';
import { withService } from '../support/bench-service.js';
import { fill, untilMetrics } from '../support/fill.js';
import { total } from '../support/metrics.js';
import { withRecordings } from '../support/recording-server.js';
import { memoryByKind, usedBytes, type KeyMemory } from '../support/redis-memory.js';
import { withRedis, type BenchRedis } from '../support/redis-server.js';
import { cpuSeconds, MEASURABLE, measureMemory, type ServiceMemory } from '../support/service-memory.js';
import { rounded } from '../support/table.js';

const HOUR_MS = 3_600_000;
const MS_PER_SECOND = 1_000;
const BYTES_PER_MIB = 1_048_576;
const PERCENT = 100;
/** The process has warmed up at this share, so that later growth belongs to the submissions. */
const WARM_SHARE = 0.2;
/** Later than the end of any run. */
const NEVER_MS = 8 * HOUR_MS;
/** Postpones periodic work until the measurement is over. */
const UNDISTURBED = {
  CALLBACK_DEADLINE_MS: String(NEVER_MS),
  TRANSCRIPTION_TIMEOUT_MS: String(NEVER_MS),
  RECONCILE_INTERVAL_MS: String(NEVER_MS),
};
/** As many connections as a provider would open to one receiver. */
const CALLBACKS_CONCURRENCY = 64;
const DRAIN_TIMEOUT_PER_CHUNK_MS = 500;
const DRAIN_BASE_TIMEOUT_MS = 60_000;

interface OptionValues {
  submissions: number;
  'idle-seconds': number;
  drain: number;
}

interface Level {
  inFlight: number;
  service: ServiceMemory;
  redisBytes: number;
}

interface Idle {
  seconds: number;
  cpuSeconds: number;
}

interface Drain {
  chunks: number;
  wallMs: number;
}

interface Figures {
  levels: Level[];
  idle: Idle;
  redisKeys: Record<string, KeyMemory>;
  drain: Drain | null;
}

interface Run {
  values: OptionValues;
  simulator: Simulator;
  redis: BenchRedis;
  recordingsUrl: string;
  api: ServiceApi;
  service: ServiceProcess;
}

export const inFlight = defineScenario({
  name: 'in-flight',
  measures: 'memory and processor time of one process and its Redis while many submissions are in flight',
  options: {
    submissions: { default: 10_000, min: 10, meaning: 'in flight at once' },
    'idle-seconds': { default: 20, min: 1, meaning: 'how long the waiting process is watched' },
    drain: { default: 2_000, min: 0, meaning: 'how many then finish at the same moment; 0: none' },
  },
  run: async (values, tools) => {
    const simulator = await startSimulator({
      latencyMs: NEVER_MS,
      accountConcurrency: values.submissions,
    });
    return closing(
      () => simulator.close(),
      () =>
        withRecordings((recordingsUrl) =>
          withRedis(tools, (redis) => {
            const environment = { ...UNDISTURBED, ...MEASURABLE, REDIS_URL: redis.url };
            tools.progress('starting the service');
            return withService(
              { strategy: 'webhook', simulatorUrl: simulator.url, environment },
              tools,
              async (api, service) => {
                const run = { values, simulator, redis, recordingsUrl, api, service };
                return report(await measure(run, tools));
              },
            );
          }),
        ),
    );
  },
});

async function measure(run: Run, tools: ScenarioTools): Promise<Figures> {
  const { values, recordingsUrl, api, service, redis } = run;
  const counts = [0, Math.round(values.submissions * WARM_SHARE), values.submissions];
  const levels: Level[] = [];
  let from = 0;
  for (const to of counts) {
    if (to > from) await fill({ api, url: service.url }, { from, to, recordingsUrl }, tools);
    from = to;
    tools.progress(`measuring with ${to} in flight`);
    const memory = await measureMemory(api, service);
    levels.push({ inFlight: to, service: memory, redisBytes: await usedBytes(redis.client) });
  }
  const redisKeys = await memoryByKind(redis.client);
  tools.progress(`watching it wait for ${values['idle-seconds']} s`);
  const idle = await watchIdle(api, values['idle-seconds'], tools.signal);
  const drain = values.drain === 0 ? null : await drainSome(run, tools);
  return { levels, idle, redisKeys, drain };
}

async function watchIdle(api: ServiceApi, seconds: number, signal: AbortSignal): Promise<Idle> {
  const start = performance.now();
  const before = await cpuSeconds(api);
  await pause(seconds * MS_PER_SECOND, undefined, { signal });
  const used = (await cpuSeconds(api)) - before;
  return { seconds: (performance.now() - start) / MS_PER_SECOND, cpuSeconds: used };
}

/** Finishes the oldest submissions, and waits until each chunk has its corrected text. */
async function drainSome({ values, simulator, api }: Run, tools: ScenarioTools): Promise<Drain> {
  const ids = [...simulator.ledger.transcripts.keys()].slice(0, values.drain);
  tools.progress(`${ids.length} finish now`);
  const start = performance.now();
  const called = forEachConcurrently(CALLBACKS_CONCURRENCY, ids, (id) => simulator.assemblyai.finish(id));
  const settled = untilMetrics(
    api,
    (samples) => total(samples, 'ringback_chunks_settled_total', { status: 'completed' }) >= ids.length,
    { timeoutMs: DRAIN_BASE_TIMEOUT_MS + ids.length * DRAIN_TIMEOUT_PER_CHUNK_MS },
  );
  await Promise.all([called, settled]);
  return { chunks: ids.length, wallMs: performance.now() - start };
}

function report(figures: Figures): ScenarioResult {
  const { levels, idle, redisKeys, drain } = figures;
  const [empty, warm, full] = levels;
  if (empty === undefined || warm === undefined || full === undefined) {
    throw new TypeError('three levels are measured');
  }
  const each = (bytes: (level: Level) => number, since: Level): number =>
    (bytes(full) - bytes(since)) / (full.inFlight - since.inFlight);
  const perSubmission = {
    redisBytes: each(({ redisBytes }) => redisBytes, empty),
    redisBytesOnceWarm: each(({ redisBytes }) => redisBytes, warm),
    heapBytesOnceWarm: each(({ service }) => service.heapBytes, warm),
    externalBytesOnceWarm: each(({ service }) => service.externalBytes, warm),
    rssBytesOnceWarm: each(({ service }) => service.rssBytes, warm),
  };
  const idlePercent = (idle.cpuSeconds / idle.seconds) * PERCENT;
  const parts = Object.entries(redisKeys).map(
    ([kind, { bytes }]) => `${kind} ${rounded(bytes / full.inFlight)}`,
  );
  const once = `from ${warm.inFlight} to ${full.inFlight} in flight`;
  return {
    table: {
      columns: ['in flight', 'process RSS MiB', 'process heap MiB', 'Redis MiB', 'Redis bytes each'],
      rows: levels.map((level) => rowOf(level, empty)),
    },
    notes: [
      `${once}, the process’ heap changes by ${rounded(perSubmission.heapBytesOnceWarm)} bytes for each submission, its resident size by ${rounded(perSubmission.rssBytesOnceWarm)}`,
      `Redis takes ${rounded(perSubmission.redisBytes)} bytes for each submission with its check job; by keys: ${parts.join(', ')}; the rest are Redis' own tables`,
      `waiting for ${full.inFlight}, the process uses ${idlePercent.toFixed(1)} % of one processor (over ${rounded(idle.seconds)} s)`,
      ...(drain === null ? [] : [drainNote(drain)]),
    ],
    data: { ...figures, perSubmission, idlePercent },
  };
}

function rowOf({ inFlight: count, service, redisBytes }: Level, empty: Level): (string | number)[] {
  return [
    count,
    rounded(service.rssBytes / BYTES_PER_MIB, 1),
    rounded(service.heapBytes / BYTES_PER_MIB, 1),
    rounded(redisBytes / BYTES_PER_MIB, 1),
    count === 0 ? '' : rounded((redisBytes - empty.redisBytes) / count),
  ];
}

function drainNote({ chunks, wallMs }: Drain): string {
  const seconds = wallMs / MS_PER_SECOND;
  return `${chunks} that finish at the same moment have their corrected texts after ${rounded(seconds)} s, ${rounded(chunks / seconds)} a second`;
}
