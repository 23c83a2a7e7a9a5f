import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../simulator/fault-types.js';
import { SeededRandom } from '../simulator/seeded-random.js';
import { Api } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { filesHolding } from './support/planted-secrets.js';
import { PrivacyScenario } from './support/privacy-scenario.js';
import { everythingStored, query } from './support/record.js';
import { ServiceProcess } from './support/service-process.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

// Random scenarios of conversations whose privacy settings change while their chunks are processed,
// with faults of both providers. PRIVACY_SEED=<seed> runs other scenarios than the fixed ones.
const SEED = Number(process.env.PRIVACY_SEED ?? 20_261_126);
const SCENARIOS = 24;

const REST_DEADLINE_MS = 120_000;
const TEST_TIMEOUT_MS = 300_000;

/** Tables that may hold the text of a conversation without privacy settings. */
const RECORD: ReadonlySet<string> = new Set([
  'public.chunks',
  'public.chunk_revisions',
  'public.conversations',
  'public.conversation_words',
]);

const LEAKED = 'leaked.by.the.model@example.org';

const saying = (text: string): string => JSON.stringify({ corrected_transcript: text, note: text });

/** The first fault that applies counts, so the one that always applies comes last. */
const FAULTS: Fault[] = [
  { operation: 'get', effect: { kind: 'status', status: 500 }, probability: 0.1 },
  { operation: 'submit', effect: { kind: 'outcome', status: 'error' }, probability: 0.1 },
  { operation: 'summarize', effect: { kind: 'status', status: 503 }, probability: 0.1 },
  { operation: 'correct', effect: { kind: 'status', status: 503 }, probability: 0.15 },
  { operation: 'correct', effect: { kind: 'blocked', reason: 'PROHIBITED_CONTENT' }, probability: 0.15 },
  { operation: 'correct', effect: { kind: 'text', text: 'no JSON' }, probability: 0.1 },
  {
    operation: 'correct',
    match: { promptContains: 'PII redaction: on' },
    effect: { kind: 'text', text: saying(`I am <redacted_name>, write to ${LEAKED}.`) },
  },
];

describe('conversations whose privacy settings change at any time', () => {
  let world: World;
  let host: AudioHost;
  let service: ServiceProcess;

  beforeAll(async () => {
    host = await AudioHost.start();
    world = await World.start({
      env: {
        RETRY_BASE_MS: '5',
        RECONCILE_INTERVAL_MS: '500',
        DELETE_AT_PROVIDER: 'true',
        ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
      },
      simulator: { latencyMs: [10, 200], geminiLatencyMs: [10, 200], seed: SEED },
    });
    await world.stopService();
    service = await ServiceProcess.start(world.env());
  });

  afterAll(async () => {
    await service.stop('SIGKILL');
    await world.stop();
    await host.stop();
  });

  it(
    'leave nothing that their settings keep out, at the change of a setting and in the end',
    async () => {
      world.simulator.faults.add(...FAULTS);
      const environment = { world, api: new Api(world.api.url), host };
      const scenarios = Array.from(
        { length: SCENARIOS },
        (_unused, index) =>
          new PrivacyScenario(environment, new SeededRandom(SEED + index), `s${index.toString(36)}c`),
      );
      await Promise.all(scenarios.map((scenario) => scenario.play()));
      await waitUntil(unfinishedWork, (count) => count === 0, REST_DEADLINE_MS);
      await service.stop();

      const stored = await everythingStored(world);
      stored.set('log', service.output.toLowerCase());
      const locationsOf = (words: readonly string[]): string[] =>
        words.flatMap((word) =>
          [...stored]
            .filter(([, content]) => content.includes(word))
            .map(([location]) => `${location}: ${word}`),
        );
      const found: string[] = [];
      const kept: string[] = [];
      for (const { leaks, forbidden, allowed, trace } of scenarios.map((scenario) => scenario.result())) {
        const locations = locationsOf(allowed);
        const misplaced = locations.filter((location) => !RECORD.has(location.split(':')[0] ?? ''));
        const leaked = [...leaks, ...locationsOf(forbidden), ...misplaced];
        if (leaked.length > 0) found.push(...leaked, ...trace);
        kept.push(...locations);
      }

      expect(found).toEqual([]);
      expect(locationsOf([LEAKED])).toEqual([]);
      const words = scenarios.flatMap((scenario) => scenario.words());
      expect(await filesHolding(world.dataDir, [...words, LEAKED])).toEqual([]);
      // The search works, and there was something to search for.
      expect(kept.length).toBeGreaterThan(0);
      expect(scenarios.some(({ isDeleted }) => isDeleted)).toBe(true);
      expect(scenarios.some(({ isAnonymized }) => isAnonymized)).toBe(true);
      expect(scenarios.reduce((sum, { redactedInFlight }) => sum + redactedInFlight, 0)).toBeGreaterThan(5);
    },
    TEST_TIMEOUT_MS,
  );

  /** Counts chunks, merges, summaries and deletions that are still owed. */
  async function unfinishedWork(): Promise<number> {
    const [row] = await query<{ count: number }>(
      world.database.url,
      `select (select count(*) from chunks where status in ('queued', 'transcribing', 'correcting'))::integer
         + (select count(*) from conversations where (merge_needed and status <> 'open') or summary_status = 'pending')::integer
         + (select count(*) from conversation_deletions where status <> 'deleted')::integer as count`,
    );
    return row?.count ?? 0;
  }
});
