import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkInFlight } from './support/chunk-in-flight.js';
import { ServiceProcess } from './support/service-process.js';
import { STRATEGIES, World, type Strategy } from './support/test-service.js';

const CHUNKS = 12;
const WITHOUT_WEBHOOK = { ASSEMBLYAI_WEBHOOK_URL: '' };

describe.each(STRATEGIES)('a service that is stopped and started again, with the %s strategy', (strategy) => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      strategy,
      env: { CALLBACK_DEADLINE_MS: '400' },
      simulator: { latencyMs: [50, 600] },
    });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('continues where it stopped, and does nothing twice', async () => {
    const { simulator, api } = world;
    const { id } = await api.createConversation();
    // However long the stop takes, this one is not done before it.
    const inFlight = await chunkInFlight(world, id);
    await Promise.all(Array.from({ length: CHUNKS - 1 }, () => api.addChunk(id)));
    await simulator.waitFor(({ counts }) => counts.correct >= 2);
    await world.stopService();
    const correctedBefore = simulator.ledger.counts.correct;
    await world.startService();
    await simulator.assemblyai.finish(inFlight.transcriptId ?? '');
    await world.api.finish(id);
    const conversation = await world.api.summarizedConversation(id);

    expect(correctedBefore).toBeLessThan(CHUNKS);
    expect(conversation.chunks).toEqual({ total: CHUNKS, pending: 0, completed: CHUNKS, failed: 0 });
    expect(new Set(conversation.transcript?.split('\n\n')).size).toBe(CHUNKS);
    expect(simulator.ledger.counts).toMatchObject({ submit: CHUNKS, correct: CHUNKS, summarize: 1 });
  });
});

describe.each<[Strategy, Strategy]>([
  ['webhook', 'polling'],
  ['polling', 'webhook'],
])('work that was begun with the %s strategy', (first, second) => {
  let world: World;

  beforeAll(async () => {
    // No callback arrives, and no deadline ends in time: only the checks of the new strategy find
    // the texts.
    world = await World.start({ strategy: 'webhook', env: { CALLBACK_DEADLINE_MS: '60000' } });
    world.simulator.faults.add({ operation: 'webhook', effect: { kind: 'drop' } });
  });

  afterAll(async () => {
    await world.stop();
  });

  const restartWith = async (strategy: Strategy) => {
    await world.stopService();
    await world.startService(strategy === 'webhook' ? {} : WITHOUT_WEBHOOK);
  };

  it(`is finished after a change to the ${second} strategy`, async () => {
    const { simulator } = world;
    await restartWith(first);
    const { id } = await world.api.createConversation();
    const chunks = [];
    for (let made = 0; made < 3; made += 1) chunks.push(await chunkInFlight(world, id));
    const transcriptIds = chunks.map(({ transcriptId }) => transcriptId ?? '');
    await restartWith(second);
    await Promise.all(transcriptIds.map((transcriptId) => simulator.assemblyai.finish(transcriptId)));
    const settled = await Promise.all(chunks.map((chunk) => world.api.settledChunk(chunk.id)));
    await world.api.finish(id);
    const conversation = await world.api.summarizedConversation(id);

    expect(settled.map(({ transcriptId }) => transcriptId)).toEqual(transcriptIds);
    expect(settled.every(({ status, strategy }) => status === 'completed' && strategy === first)).toBe(true);
    expect(conversation.chunks).toEqual({ total: 3, pending: 0, completed: 3, failed: 0 });
    expect(simulator.ledger.counts).toMatchObject({ submit: 3, correct: 3, summarize: 1, webhook: 0 });
  });
});

describe('a callback for work that was begun with the webhook strategy', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ strategy: 'webhook', env: { POLL_INTERVAL_MS: '60000' } });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('is still accepted after a change to the polling strategy', async () => {
    const { simulator } = world;
    const { id } = await world.api.createConversation();
    const chunk = await chunkInFlight(world, id);
    await world.stopService();
    await world.startService(WITHOUT_WEBHOOK);
    // The check at the start has found nothing, and the next one is a minute away.
    await simulator.waitFor(({ counts }) => counts.get === 1);
    await simulator.assemblyai.finish(chunk.transcriptId ?? '');
    const settled = await world.api.settledChunk(chunk.id);

    expect(settled).toMatchObject({ status: 'completed', transcriptId: chunk.transcriptId });
    expect(simulator.ledger.webhookAttempts).toMatchObject([{ status: 200 }]);
  });
});

describe('the embedded database of a process that is killed', () => {
  let world: World;
  let service: ServiceProcess | undefined;

  beforeAll(async () => {
    world = await World.start({ env: { CALLBACK_DEADLINE_MS: '400', DATABASE_URL: '' } });
  });

  afterAll(async () => {
    await service?.stop('SIGTERM');
    await world.stop();
  });

  it('runs on, is taken over by the next process with all its work, and stops with it', async () => {
    const postmaster = join(world.dataDir, 'postgres', 'postmaster.pid');
    await world.stopService();
    service = await ServiceProcess.start(world.env());
    const { id } = await world.api.createConversation();
    const chunk = await chunkInFlight(world, id);
    await service.stop('SIGKILL');
    const isOrphan = existsSync(postmaster);
    await world.simulator.assemblyai.finish(chunk.transcriptId ?? '');
    service = await ServiceProcess.start(world.env());
    const settled = await world.api.settledChunk(chunk.id);
    await world.api.finish(id);
    const conversation = await world.api.summarizedConversation(id);
    const exitCode = await service.stop('SIGTERM');

    expect(isOrphan).toBe(true);
    expect(service.output).toContain('reusing the database server that a killed Ringback has left');
    expect(settled).toMatchObject({ status: 'completed', transcriptId: chunk.transcriptId });
    expect(conversation.transcript).toBe(settled.transcript);
    expect(world.simulator.ledger.counts).toMatchObject({ submit: 1, correct: 1, summarize: 1 });
    expect(exitCode).toBe(0);
    expect(existsSync(postmaster)).toBe(false);
  });
});
