import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Effect } from '../simulator/fault-types.js';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import { Api } from './support/api.js';
import { Gate } from './support/gate.js';
import { settleChunk, startChunk } from './support/one-chunk.js';
import { locationsOfSecrets, plantSecrets } from './support/planted-secrets.js';
import { locationsHolding } from './support/record.js';
import { ServiceProcess, SHORT_JOB_LOCK_MS } from './support/service-process.js';
import { STRATEGIES, World } from './support/test-service.js';

/**
 * Running jobs of a killed worker are taken over once their locks have ended, after two searches
 * for stalled jobs: 25 s.
 */
const TAKE_OVER_MS = 60_000;
const TEST_TIMEOUT_MS = 120_000;

const REDACTED =
  'I am <redacted_name>, of <redacted_address>, write to <redacted_email> or call <redacted_phone>.';

const saying = (text: string): Effect => ({
  kind: 'text',
  text: JSON.stringify({ corrected_transcript: text, note: '' }),
});

describe.each(STRATEGIES)('an anonymized run, with the %s strategy', (strategy) => {
  const secrets = plantSecrets();
  let world: World;
  let service: ServiceProcess;
  let api: Api;
  /** Output of processes that have ended. */
  let earlierLogs = '';

  beforeAll(async () => {
    const env = {
      ...secrets.keys,
      RETRY_BASE_MS: '5',
      JOB_LOCK_MS: SHORT_JOB_LOCK_MS,
      DELETE_AT_PROVIDER: 'true',
      RECONCILE_INTERVAL_MS: '500',
    };
    world = await World.start({ strategy, env });
    await world.stopService();
    service = await ServiceProcess.start(world.env());
    api = new Api(world.api.url, { authorization: `Bearer ${secrets.keys.API_KEYS}` });
  });

  beforeEach(async () => {
    await world.simulator.reset();
    world.simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', text: secrets.heard } });
  });

  afterAll(async () => {
    await service.stop('SIGKILL');
    await world.stop();
  });

  /** Finds any of the secrets in all stores, in the logs, and in answers of the API. */
  async function found(chunk?: ChunkResponse): Promise<string[]> {
    const said: Record<string, string> = { log: earlierLogs + service.output };
    if (service.isRunning) said.metrics = (await api.get<string>('/metrics')).body;
    for (const path of chunk === undefined ? [] : pathsOf(chunk)) {
      said[path] = JSON.stringify((await api.get(path)).body);
    }
    return locationsOfSecrets(world, secrets.all, said);
  }

  it('leaves neither spoken text nor a key anywhere, while it runs and afterwards', async () => {
    const gate = new Gate();
    world.simulator.hooks.beforeCorrectionResponse = gate.pass;
    world.simulator.faults.add({ operation: 'correct', effect: saying(REDACTED) });
    const started = await startChunk(api, { anonymize: true });
    await gate.reached;
    const meanwhile = await found(started);
    gate.open();
    const chunk = await api.settledChunk(started.id);
    await api.finish(chunk.conversationId);
    await api.summarizedConversation(chunk.conversationId);

    expect(meanwhile).toEqual([]);
    expect(chunk).toMatchObject({ status: 'completed', transcript: REDACTED });
    // The prompt holds what only the model can find, and nothing that patterns find.
    const [asked] = world.simulator.ledger.corrections;
    expect(asked?.prompt).toContain(secrets.spoken.name);
    expect(asked?.prompt).not.toContain(secrets.spoken.email);
    expect(await found(chunk)).toEqual([]);
  });

  it.each<[string, Effect]>([
    ['goes on failing', { kind: 'status', status: 503, body: secrets.heard }],
    ['is refused', { kind: 'blocked', reason: 'PROHIBITED_CONTENT' }],
    ['says the text in an answer that cannot be read', { kind: 'text', text: secrets.heard }],
  ])('leaves nothing when the correction %s', async (_what, effect) => {
    world.simulator.faults.add({ operation: 'correct', effect });
    const chunk = await settleChunk(api, { anonymize: true });
    await api.finish(chunk.conversationId);
    await api.finalizedConversation(chunk.conversationId);

    expect(chunk).toMatchObject({ status: 'failed', errorCode: 'withheld' });
    expect(await found(chunk)).toEqual([]);
  });

  it(
    'leaves nothing when its worker is killed in the middle of a correction',
    async () => {
      const gate = new Gate();
      world.simulator.hooks.beforeCorrectionResponse = gate.pass;
      const started = await startChunk(api, { anonymize: true });
      await gate.reached;
      await service.stop('SIGKILL');
      const whenKilled = await found();
      earlierLogs += service.output;
      Reflect.deleteProperty(world.simulator.hooks, 'beforeCorrectionResponse');
      world.simulator.faults.add({ operation: 'correct', effect: saying(REDACTED) });
      gate.open();
      service = await ServiceProcess.start(world.env());
      const chunk = await api.settledChunk(started.id, TAKE_OVER_MS);

      expect(whenKilled).toEqual([]);
      expect(chunk).toMatchObject({ status: 'completed', transcript: REDACTED });
      expect(world.simulator.ledger.counts.correct).toBe(2);
      expect(await found(chunk)).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );

  it('has a search that finds the text without anonymization, in the record alone', async () => {
    const open = plantSecrets();
    world.simulator.faults.clear();
    world.simulator.faults.add(
      { operation: 'submit', effect: { kind: 'outcome', text: open.heard } },
      { operation: 'correct', effect: saying(open.heard) },
    );
    await settleChunk(api);

    const places = await locationsOfSecrets(world, open.all, { log: earlierLogs + service.output });
    expect(new Set(places.map((place) => place.split(':')[0]))).toEqual(new Set(['public.chunks']));
    expect(await locationsHolding(world, open.keys.GEMINI_API_KEY)).toEqual([]);
  });
});

function pathsOf({ id, conversationId }: ChunkResponse): string[] {
  const conversation = `/api/conversations/${conversationId}`;
  return [
    `/api/chunks/${id}`,
    `/api/chunks/${id}/events`,
    ...['', '/events', '/transcript?format=json', '/redaction'].map((tail) => `${conversation}${tail}`),
  ];
}
