/**
 * Real processes under every fault at once, from a seed; then an audit of the record, the provider's ledger and the stores.
 *
 * `npm run chaos -- --seed N --minutes M [--engine postgres|redis]` runs it for longer; a failing seed is replayed the same way.
 * The seed decides which faults come in which order; what they meet is up to the machine.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { ConversationResponse } from '../../src/conversations/conversations.dto.js';
import { currentEngine } from '../support/engine.js';
import { waitUntil } from '../support/wait-until.js';
import { audit, installHistory, query, type Audit } from './audit.js';
import { ChaosFleet } from './chaos-fleet.js';
import { Dice } from './dice.js';
import { PROVIDER_FAULTS } from './provider-faults.js';

const SEED = Number(process.env.CHAOS_SEED ?? 1);
const MINUTES = Number(process.env.CHAOS_MINUTES ?? 0.4);

/** So many conversations are worked on at once. */
const CONVERSATIONS_AT_ONCE = 12;
const MAX_CHUNKS = 12;
/**
 * AssemblyAI takes 20,000 requests of an account in five minutes, and the service leaves it alone when it comes near to that. Under
 * these faults a chunk needs four: more chunks than this would rightly wait for longer than the run.
 */
const CHUNKS_AT_FIRST = 1_500;
const CHUNKS_A_MINUTE = 450;
const PAUSE_BETWEEN_FAULTS_MS = [500, 2_500] as const;
/** Processes and stores that are killed, frozen or wiped: on a busy machine each of them takes a while to come back. */
const STRIKES_A_MINUTE = 2;
/** Everything must end in this time after the last fault: lock, stall, deadline and reconcile interval several times over. */
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
      const paced = paceChunks();
      await Promise.all([
        breakThings(fleet, { until, struck }),
        ...Array.from({ length: CONVERSATIONS_AT_ONCE }, (_, lane) =>
          converse(fleet, { until, lane, paced }),
        ),
      ]);
      const providerFaults = fleet.simulator.faults.list();
      fleet.simulator.faults.clear();
      await fleet.calm();

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
      // What is left behind by a race is tidied up by the next pass of the reconciler.
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
        Math.floor(MINUTES * STRIKES_A_MINUTE),
      );
    },
    TEST_TIMEOUT_MS,
  );
});

const UNFINISHED = `select (select count(*) from chunks where status not in ('completed', 'failed'))
  + (select count(*) from conversations where status = 'finished' or summary_status = 'pending')
  + (select count(*) from submissions where status in ('created', 'submitted')) as left`;

/** Opens conversations, gives them chunks and finishes them, one after another, until time is up. */
async function converse(
  fleet: ChaosFleet,
  { until, lane, paced }: { until: number; lane: number; paced: (chunks: number) => Promise<void> },
): Promise<void> {
  const dice = new Dice(SEED * 1_000 + lane);
  for (let round = 0; Date.now() < until; round += 1) {
    const { id } = await fleet.insist<ConversationResponse>((api) => api.post('/api/conversations', {}));
    const chunks = dice.between(0, MAX_CHUNKS);
    for (let chunk = 0; chunk < chunks; chunk += 1)
      await fleet.addChunk(id, `${lane}-${round}-${chunk}-${id}`);
    await fleet.insist((api) => api.post(`/api/conversations/${id}/finish`));
    await paced(chunks);
  }
}

/** @returns to be told of chunks that were added, by all lanes; waits until more may be */
function paceChunks(): (chunks: number) => Promise<void> {
  const start = performance.now();
  let added = 0;
  return async (chunks) => {
    added += chunks;
    const dueMs = ((added - CHUNKS_AT_FIRST) / CHUNKS_A_MINUTE) * 60_000;
    await pause(Math.max(0, start + dueMs - performance.now()));
  };
}

async function breakThings(
  fleet: ChaosFleet,
  { until, struck }: { until: number; struck: Partial<Record<FaultKind, number>> },
): Promise<void> {
  const dice = new Dice(SEED);
  const actions: Record<FaultKind, () => Promise<void> | void> = {
    killWorker: () => fleet.killWorker(dice.between(0, 2)),
    killApi: () => fleet.killApi(dice.between(0, 1)),
    freezeWorker: () => {
      fleet.freezeWorker(dice.between(0, 2));
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
    await pause(dice.between(...PAUSE_BETWEEN_FAULTS_MS));
    const kind = dice.weighted(weights);
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
