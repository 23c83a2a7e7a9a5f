import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkInFlight } from './support/chunk-in-flight.js';
import { Gate } from './support/gate.js';
import { openQueue } from './support/queue-access.js';
import { query } from './support/record.js';
import { ServiceProcess } from './support/service-process.js';
import { ShiftedClock } from './support/shifted-clock.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const DAY_MS = 86_400_000;
const HALF_A_DAY_MS = DAY_MS / 2;
const PAUSE = '1000';

describe('a service whose clock jumps', () => {
  let world: World;
  let clock: ShiftedClock;
  let service: ServiceProcess;

  beforeEach(async () => {
    world = await World.start({ strategy: 'polling' });
    await world.stopService();
    clock = await ShiftedClock.create();
    service = await ServiceProcess.start(
      world.env({
        ...clock.env,
        POLL_INTERVAL_MS: PAUSE,
        RETRY_BASE_MS: PAUSE,
        RECONCILE_INTERVAL_MS: '500',
      }),
    );
  });

  afterEach(async () => {
    await service.stop();
    await clock.remove();
    await world.stop();
  });

  /** Waits until the job sleeps after a run that began at this time or later. */
  async function sleeps(kind: 'check' | 'correct', chunkId: string, runSinceMs: number): Promise<void> {
    const [row] = await query<{ id: string }>(
      world.database.url,
      'select id from submissions where chunk_id = $1',
      [chunkId],
    );
    const queue = openQueue(kind, { databaseUrl: world.database.url, redisUrl: world.redis?.url });
    try {
      await waitUntil(
        async () => {
          const job = await queue.getJob(`${kind}.${row?.id ?? ''}`);
          return { runMs: job?.processedOn ?? 0, isAsleep: await job?.isDelayed() };
        },
        ({ runMs, isAsleep }) => isAsleep === true && runMs >= runSinceMs,
      );
    } finally {
      await queue.close();
    }
  }

  it('wakes a check that sleeps until tomorrow', async () => {
    const { api, simulator } = world;
    const { id } = await api.createConversation();
    const chunk = await chunkInFlight(world, id);
    await clock.shift(DAY_MS);
    await sleeps('check', chunk.id, Date.now() + HALF_A_DAY_MS);
    await clock.shift(0);
    await simulator.assemblyai.finish((await api.chunk(chunk.id)).transcriptId ?? '');

    expect(await api.settledChunk(chunk.id)).toMatchObject({ status: 'completed', error: null });
    expect(service.output).toMatch(/woke \d+ check jobs that slept past their due time/);
  });

  it('resumes a correction whose next try was scheduled for tomorrow', async () => {
    const { api, simulator } = world;
    const { id } = await api.createConversation();
    const gate = new Gate();
    simulator.hooks.beforeCorrectionResponse = async () => {
      delete simulator.hooks.beforeCorrectionResponse;
      await gate.pass();
      throw new Error('the model is overloaded');
    };
    const { id: chunkId } = await api.addChunk(id);
    await gate.reached;
    await clock.shift(DAY_MS);
    gate.open();
    await sleeps('correct', chunkId, 0);
    await clock.shift(0);

    expect(await api.settledChunk(chunkId)).toMatchObject({ status: 'completed', error: null });
    expect(simulator.ledger.counts.correct).toBe(2);
  });

  it('finishes a chunk whose check went to sleep before the clock was put back by a day', async () => {
    const { api, simulator } = world;
    const { id } = await api.createConversation();
    const chunk = await chunkInFlight(world, id);
    await sleeps('check', chunk.id, 0);
    await clock.shift(-DAY_MS);
    await simulator.assemblyai.finish((await api.chunk(chunk.id)).transcriptId ?? '');

    expect(await api.settledChunk(chunk.id)).toMatchObject({ status: 'completed', error: null });
  });
});
