/**
 * Runs real processes under all faults at the same time, from a seed; then audits the record, the
 * provider's ledger and the stores.
 *
 * `npm run chaos -- --seed N --minutes M [--engine postgres|redis]` runs it for longer; a failing
 * seed is replayed the same way. The seed decides which faults occur in which order; which states
 * they hit depends on the machine.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as pause } from 'node:timers/promises';
import type { ConversationResponse } from '../../src/conversations/conversations.dto.js';
import { currentEngine } from '../support/engine.js';
import { waitUntil } from '../support/wait-until.js';
import { audit, installHistory, query, type Audit } from './audit.js';
import { ChaosFleet } from './chaos-fleet.js';
import { WeightedRandom } from '../support/weighted-random.js';
import { PROVIDER_FAULTS } from './provider-faults.js';

const SEED = Number(process.env.CHAOS_SEED ?? 1);
const MINUTES = Number(process.env.CHAOS_MINUTES ?? 0.4);

/** Number of concurrent conversations. */
const CONCURRENT_CONVERSATIONS = 12;
const MAX_CHUNKS = 12;
/**
 * AssemblyAI accepts 20,000 requests of an account in five minutes, and the service throttles
 * itself near that limit. Under these faults a chunk needs four requests: more chunks than this
 * would correctly wait for longer than the run.
 */
const INITIAL_CHUNKS = 1_500;
const CHUNKS_PER_MINUTE = 450;
const PAUSE_BETWEEN_FAULTS_MS = [500, 2_500] as const;
/**
 * Processes and stores that are killed, frozen or wiped; on a busy machine each of them needs a
 * while to recover.
 */
const FAULTS_PER_MINUTE = 2;
/**
 * All work must end within this time after the last fault: several times the lock, stall, deadline
 * and reconcile intervals.
 */
const RECOVERY_MS = Number(process.env.CHAOS_RECOVERY_MS ?? 240_000);
const TEST_TIMEOUT_MS = MINUTES * 60_000 + 2 * RECOVERY_MS;

const FAULT_WEIGHTS = {
  killWorker: 10,
  killApi: 5,
  freezeWorker: 1,
  wipeQueues: 2,
  restartRedis: 2,
  restartPostgres: 1,
};
type FaultKind = keyof typeof FAULT_WEIGHTS;

describe(`chaos with seed ${SEED} on ${currentEngine()}`, () => {
  let fleet: ChaosFleet;

  beforeAll(async () => {
    fleet = await ChaosFleet.start(currentEngine(), SEED);
    await installHistory(fleet.postgres.url);
  }, RECOVERY_MS);

  afterAll(async () => {
    await fleet.stop();
  }, RECOVERY_MS);

  it(
    'loses nothing and does nothing twice',
    async () => {
      const struck: Partial<Record<FaultKind, number>> = {};
      fleet.simulator.faults.add(...PROVIDER_FAULTS);
      const until = Date.now() + MINUTES * 60_000;
      const reportAdded = limitChunkRate();
      await Promise.all([
        breakThings(fleet, { until, struck }),
        ...Array.from({ length: CONCURRENT_CONVERSATIONS }, (_, lane) =>
          runConversations(fleet, { until, lane, reportAdded }),
        ),
      ]);
      const providerFaults = fleet.simulator.faults.list();
      fleet.simulator.faults.clear();
      await fleet.recover();

      try {
        await waitUntil(
          () => query<{ left: string }>(fleet.postgres.url, UNFINISHED),
          ([row]) => row?.left === '0',
          RECOVERY_MS,
        );
      } catch (error) {
        process.stdout.write(await fleet.describeStuck());
        throw error;
      }
      // The next pass of the reconciler removes entries that a race has left.
      const pendingLeft = await waitUntil(
        () => fleet.pendingLeft(),
        (left) => left === 0,
        RECOVERY_MS,
      );
      const result = await audit(fleet.postgres.url, fleet.simulator, pendingLeft);
      const kinds = providerFaults.map(({ fault, struck: times }) => [
        `${fault.operation} ${fault.effect.kind}`,
        times,
      ]);
      print({ struck: { ...struck, ...sumByKind(kinds as [string, number][]) }, result });

      expect(result).toMatchObject({
        lost: 0,
        unfinalized: 0,
        doneTwice: 0,
        openSubmissions: 0,
        pendingLeft: 0,
      });
      expect(result.chunks).toBeGreaterThan(MINUTES * 60);
      expect(Object.values(struck).reduce((sum, times) => sum + times, 0)).toBeGreaterThanOrEqual(
        Math.floor(MINUTES * FAULTS_PER_MINUTE),
      );
    },
    TEST_TIMEOUT_MS,
  );
});

const UNFINISHED = `select (select count(*) from chunks where status not in ('completed', 'failed'))
  + (select count(*) from conversations where status = 'finished' or summary_status = 'pending')
  + (select count(*) from submissions where status in ('created', 'submitted')) as left`;

/**
 * Opens conversations, adds chunks to them and finishes them, one after another, until time is up.
 */
async function runConversations(
  fleet: ChaosFleet,
  {
    until,
    lane,
    reportAdded,
  }: { until: number; lane: number; reportAdded: (chunks: number) => Promise<void> },
): Promise<void> {
  const random = new WeightedRandom(SEED * 1_000 + lane);
  for (let round = 0; Date.now() < until; round += 1) {
    const { id } = await fleet.sendToAnyApi<ConversationResponse>((api) =>
      api.post('/api/conversations', {}),
    );
    const chunks = random.integer(0, MAX_CHUNKS);
    for (let chunk = 0; chunk < chunks; chunk += 1)
      await fleet.addChunk(id, `${lane}-${round}-${chunk}-${id}`);
    await fleet.sendToAnyApi((api) => api.post(`/api/conversations/${id}/finish`));
    await reportAdded(chunks);
  }
}

/**
 * @returns a function that reports added chunks, for all lanes; it resolves when more may be added
 */
function limitChunkRate(): (chunks: number) => Promise<void> {
  const start = performance.now();
  let added = 0;
  return async (chunks) => {
    added += chunks;
    const dueMs = ((added - INITIAL_CHUNKS) / CHUNKS_PER_MINUTE) * 60_000;
    await pause(Math.max(0, start + dueMs - performance.now()));
  };
}

async function breakThings(
  fleet: ChaosFleet,
  { until, struck }: { until: number; struck: Partial<Record<FaultKind, number>> },
): Promise<void> {
  const random = new WeightedRandom(SEED);
  const actions: Record<FaultKind, () => Promise<void> | void> = {
    killWorker: () => fleet.killWorker(random.integer(0, 2)),
    killApi: () => fleet.killApi(random.integer(0, 1)),
    freezeWorker: () => {
      fleet.freezeWorker(random.integer(0, 2));
    },
    wipeQueues: () => fleet.wipeQueues(),
    restartRedis: () => fleet.restartRedis(),
    restartPostgres: () => fleet.restartPostgres(),
  };
  const weights = {
    ...FAULT_WEIGHTS,
    restartRedis: fleet.redis === undefined ? 0 : FAULT_WEIGHTS.restartRedis,
  };
  while (Date.now() < until) {
    await pause(random.integer(...PAUSE_BETWEEN_FAULTS_MS));
    const kind = random.weighted(weights);
    await actions[kind]();
    struck[kind] = (struck[kind] ?? 0) + 1;
  }
}

function sumByKind(kinds: readonly [string, number][]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [kind, times] of kinds) sums[kind] = (sums[kind] ?? 0) + times;
  return sums;
}

function print({ struck, result }: { struck: Record<string, number>; result: Audit }): void {
  const { failed, ...numbers } = result;
  const faults = Object.values(struck).reduce((sum, times) => sum + times, 0);
  const rows = [
    ...Object.entries(struck).map(([kind, times]) => [`fault: ${kind}`, times]),
    ['faults in all', faults],
    ...Object.entries(failed).map(([reason, times]) => [`failed: ${reason}`, times]),
    ...Object.entries(numbers),
  ];
  const width = Math.max(...rows.map(([name]) => String(name).length));
  const table = rows
    .map(([name, value]) => `  ${String(name).padEnd(width)}  ${String(value).padStart(7)}`)
    .join('\n');
  process.stdout.write(`\nchaos, ${currentEngine()}, seed ${SEED}, ${MINUTES} minutes\n${table}\n`);
}
