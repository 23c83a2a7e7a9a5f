/**
 * Measures how many callbacks a second one api process accepts, compared with the careless
 * baseline.
 *
 * Measured: callbacks that were answered with 200, from 64 connections, the time to the answer, and
 * the processor time that the operating system counts meanwhile. Each callback belongs to another
 * submission, which is in the record with its check delayed in the queue. After the last submission
 * the callbacks start again with the first.
 *
 * Not measured: the work after a callback. There is no worker process; jobs pile up.
 *
 * Rounds alternate; the first of each contender warms up and is not counted.
 */
import autocannon from 'autocannon';
import { closing } from '../../commands/closing.js';
import { defineScenario, type ScenarioResult, type ScenarioTools } from '../scenario.js';
import { startBareIntake, startRingbackIntake, type Intake } from '../support/intake-contenders.js';
import { cpuMsOf } from '../support/cpu-time.js';
import { median, spread } from '../support/median.js';
import { withStores, type Stores } from '../support/stores.js';
import { rounded } from '../support/table.js';

interface OptionValues {
  seconds: number;
  connections: number;
  submissions: number;
  rounds: number;
}

interface Round {
  contender: string;
  acceptedPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  refused: number;
  /** Processor time per callback. */
  serviceMs: number;
  postgresMs: number;
  redisMs: number;
}

const STARTS = [startBareIntake, startRingbackIntake];

export const intake = defineScenario({
  name: 'intake',
  measures: 'callbacks a second that one api process takes, against a careless baseline on the same stores',
  options: {
    seconds: { default: 10, min: 1, meaning: 'how long callbacks come in each round' },
    connections: { default: 64, min: 1, meaning: 'connections that they come on' },
    submissions: { default: 40_000, min: 1, meaning: 'submissions that wait for a callback' },
    rounds: { default: 3, min: 1, meaning: 'counted rounds of each contender' },
  },
  run: async (values, tools) => {
    const rounds: Round[] = [];
    for (let round = 0; round <= values.rounds; round += 1) {
      for (const start of STARTS) {
        // Each round has its own stores: the jobs of one round must not slow down the next.
        const measured = await withStores(tools, async (stores) => {
          const contender = await start({ stores, submissions: values.submissions }, tools);
          return closing(
            () => contender.process.stop(),
            () => measure(contender, { stores, values, tools }),
          );
        });
        const label = round === 0 ? 'warming up' : `round ${round}`;
        tools.progress(`${label}: ${measured.contender} ${rounded(measured.acceptedPerSecond)} callbacks/s`);
        if (round > 0) rounds.push(measured);
      }
    }
    return report(rounds);
  },
});

async function measure(
  contender: Intake,
  { stores, values, tools }: { stores: Stores; values: OptionValues; tools: ScenarioTools },
): Promise<Round> {
  const before = await usageOf(contender, stores);
  const result = await call(contender, values, tools.signal);
  const after = await usageOf(contender, stores);
  contender.process.assertAlive();
  const accepted = result['2xx'];
  const perCallback = (key: keyof typeof after): number => (after[key] - before[key]) / accepted;
  return {
    contender: contender.name,
    acceptedPerSecond: accepted / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    refused: result.non2xx + result.errors + result.timeouts,
    serviceMs: perCallback('service'),
    postgresMs: perCallback('postgres'),
    redisMs: perCallback('redis'),
  };
}

async function call(
  contender: Intake,
  values: OptionValues,
  signal: AbortSignal,
): Promise<autocannon.Result> {
  let next = 0;
  const options: autocannon.Options = {
    url: contender.url,
    connections: values.connections,
    duration: values.seconds,
    requests: [
      {
        method: 'POST',
        setupRequest: (request) => {
          const callback = contender.callback(next % values.submissions);
          next += 1;
          return { ...request, ...callback };
        },
      },
    ],
  };
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(options, (error: Error | null, done) => {
      if (error === null) resolve(done);
      else reject(error);
    });
    signal.addEventListener(
      'abort',
      () => {
        running.stop();
      },
      { once: true },
    );
  });
  signal.throwIfAborted();
  return result;
}

async function usageOf({ process }: Intake, stores: Stores) {
  const { postgresCpuMs, redisCpuMs } = await stores.usage();
  return { service: await cpuMsOf(process.pid), postgres: postgresCpuMs, redis: redisCpuMs };
}

const COLUMNS = {
  'accepted/s': 'acceptedPerSecond',
  'p50 ms': 'p50Ms',
  'p99 ms': 'p99Ms',
  'service CPU ms': 'serviceMs',
  'PostgreSQL CPU ms': 'postgresMs',
  'Redis CPU ms': 'redisMs',
  refused: 'refused',
} as const satisfies Record<string, keyof Round>;

function report(rounds: readonly Round[]): ScenarioResult {
  const valuesOf = (name: string, key: (typeof COLUMNS)[keyof typeof COLUMNS]): number[] =>
    rounds.filter(({ contender }) => contender === name).map((round) => round[key]);
  const names = [...new Set(rounds.map(({ contender }) => contender))];
  const medianOf = (name: string, key: (typeof COLUMNS)[keyof typeof COLUMNS]): number =>
    median(valuesOf(name, key));
  const ratio = medianOf('ringback', 'acceptedPerSecond') / medianOf('bare', 'acceptedPerSecond');
  const p99Ratio = medianOf('ringback', 'p99Ms') / Math.max(medianOf('bare', 'p99Ms'), 1);
  return {
    table: {
      columns: ['', ...Object.keys(COLUMNS), 'spread of accepted/s'],
      rows: names.map((name) => [
        name,
        ...Object.values(COLUMNS).map((key) => rounded(medianOf(name, key), 2)),
        spread(valuesOf(name, 'acceptedPerSecond')),
      ]),
    },
    notes: [
      'medians of the rounds; CPU per callback',
      `intake is ${rounded(ratio, 2)} of bare, its p99 ${rounded(p99Ratio, 1)} times bare’s`,
    ],
    chart: {
      title: 'Callbacks taken',
      unit: 'a second',
      bars: names.map((name) => ({ label: name, value: rounded(medianOf(name, 'acceptedPerSecond')) })),
    },
    data: { rounds, ratio, p99Ratio },
  };
}
