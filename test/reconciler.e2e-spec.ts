import { describe, expect, it } from 'vitest';
import { chunkInFlight } from './support/chunk-in-flight.js';
import { holdNext } from './support/hold-next.js';
import { query } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { STRATEGIES, World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';
import { wipeCoordination, wipeQueues } from './support/wipe-queues.js';

/**
 * Every pause of a job is a minute: within a test's time only the reconciler brings anything back.
 */
const ONLY_THE_RECONCILER = {
  RECONCILE_INTERVAL_MS: '250',
  RETRY_BASE_MS: '60000',
  POLL_INTERVAL_MS: '60000',
  CALLBACK_DEADLINE_MS: '60000',
};

describe.each(STRATEGIES)('the reconciler, with the %s strategy', (strategy) => {
  const world = sharedWorld(() => World.start({ strategy, env: ONLY_THE_RECONCILER }), {
    prepare: ({ simulator }) => {
      simulator.faults.add({ operation: 'webhook', effect: { kind: 'drop' } });
    },
  });

  const failNext = (operation: 'upload' | 'correct' | 'summarize') => {
    world().simulator.faults.add({ operation, effect: { kind: 'status', status: 503 }, times: 1 });
  };

  /** Waits until the job sleeps, as the processing log is written shortly after the job's run. */
  const jobHasRun = (chunkId: string, job: string, event: string) =>
    waitUntil(
      () => world().api.events(chunkId),
      (events) => events.some((entry) => entry.job === job && entry.event === event),
    );

  it('restores a chunk’s jobs that were lost at each step, and those of its conversation', async () => {
    const { api, simulator } = world();
    const { id: conversationId } = await api.createConversation();

    failNext('upload');
    const { id } = await chunkInFlightAfter(async (chunkId) => {
      await jobHasRun(chunkId, 'submit', 'completed');
      await wipeQueues(world());
    }, conversationId);

    failNext('correct');
    await simulator.assemblyai.finish((await api.chunk(id)).transcriptId ?? '');
    await wipeQueues(world());
    await jobHasRun(id, 'correct', 'failed');

    await wipeQueues(world());
    const chunk = await api.settledChunk(id);

    failNext('summarize');
    await api.finish(conversationId);
    await simulator.waitFor(({ summaries }) => summaries[0]?.status === 503);
    await waitUntil(
      () => api.metric('ringback_jobs_total', { job: 'summarize', outcome: 'slept' }),
      (failed) => failed === 1,
    );
    await wipeQueues(world());
    const conversation = await api.summarizedConversation(conversationId);

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(conversation.transcript).toBe(chunk.transcript);
    expect(simulator.ledger.counts).toMatchObject({ upload: 2, submit: 1, correct: 2, summarize: 2 });
    for (const kind of ['submit', 'check', 'correct', 'summarize']) {
      expect(await api.metric('ringback_reconciler_repairs_total', { kind })).toBeGreaterThanOrEqual(1);
    }
  });

  /** Brings a chunk in flight, after calling `meanwhile` before its second upload. */
  async function chunkInFlightAfter(
    meanwhile: (chunkId: string) => Promise<void>,
    conversationId: string,
  ): Promise<{ id: string }> {
    world().simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', status: 'processing' } });
    const { id } = await world().api.addChunk(conversationId);
    await meanwhile(id);
    return waitUntil(
      () => world().api.chunk(id),
      ({ status }) => status === 'transcribing',
    );
  }

  it('repeats the work of a job that was lost while it ran, and its result is recorded once', async () => {
    const { api, simulator } = world();
    const { id: conversationId } = await api.createConversation();
    const gate = holdNext(world(), 'beforeCorrectionResponse');
    const { id, transcriptId } = await chunkInFlight(world(), conversationId);
    await api.finish(conversationId);
    await simulator.assemblyai.finish(transcriptId ?? '');
    await wipeQueues(world());
    await gate.reached;
    await wipeQueues(world());
    const chunk = await api.settledChunk(id);
    gate.open();
    const conversation = await api.summarizedConversation(conversationId);
    await simulator.waitFor(({ corrections }) => corrections.every(({ status }) => status === 200));

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    // The answer that came too late changes nothing, and is paid for as well.
    const { model, promptVersion, inputTokens, outputTokens } = chunk.modelUse;
    const modelUse = {
      model,
      promptVersion,
      inputTokens: 2 * inputTokens,
      outputTokens: 2 * outputTokens,
    };
    await waitUntil(
      () => api.chunk(id),
      (now) => now.modelUse.inputTokens === modelUse.inputTokens,
    );
    expect(await api.chunk(id)).toEqual({ ...(chunk as object), modelUse });
    expect(conversation.transcript).toBe(chunk.transcript);
    expect(simulator.ledger.counts).toMatchObject({ submit: 1, correct: 2, summarize: 1 });
    expect(await mergesOf(conversationId)).toBe(1);
  });

  it('restores pending chunks that were forgotten: the conversation is finalized once, and not early', async () => {
    const { api, simulator } = world();
    const { id: conversationId } = await api.createConversation();
    const first = await chunkInFlight(world(), conversationId);
    const second = await chunkInFlight(world(), conversationId);
    await api.finish(conversationId);
    const repaired = await api.metric('ringback_reconciler_repairs_total', { kind: 'pending' });
    await wipeCoordination(world());
    await simulator.assemblyai.finish(first.transcriptId ?? '');
    await wipeQueues(world());
    const firstSettled = await api.settledChunk(first.id);
    await waitUntil(
      () => api.metric('ringback_reconciler_repairs_total', { kind: 'pending' }),
      (repairs) => repairs > repaired,
    );
    const before = await api.conversation(conversationId);
    await simulator.assemblyai.finish(second.transcriptId ?? '');
    await wipeQueues(world());
    const secondSettled = await api.settledChunk(second.id);
    const conversation = await api.summarizedConversation(conversationId);

    expect(before).toMatchObject({ status: 'finished', transcript: null, chunks: { pending: 1 } });
    expect(conversation.transcript).toBe(
      `${firstSettled.transcript ?? ''}\n\n${secondSettled.transcript ?? ''}`,
    );
    expect(await mergesOf(conversationId)).toBe(1);
    expect(simulator.ledger.counts.summarize).toBe(1);
  });

  async function mergesOf(conversationId: string): Promise<number | undefined> {
    const rows = await query<{ merge_revision: number }>(
      world().database.url,
      'select merge_revision from conversations where id = $1',
      [conversationId],
    );
    return rows[0]?.merge_revision;
  }
});

describe.each(STRATEGIES)('queues that are wiped again and again, with the %s strategy', (strategy) => {
  const CHUNKS = 24;
  const world = sharedWorld(() =>
    World.start({
      strategy,
      env: { RECONCILE_INTERVAL_MS: '250', CALLBACK_DEADLINE_MS: '500' },
      simulator: { latencyMs: [100, 600] },
    }),
  );

  it('lose no chunk, and pay for none twice', async () => {
    const { api, simulator } = world();
    const { id } = await api.createConversation();
    await Promise.all(Array.from({ length: CHUNKS }, () => api.addChunk(id)));
    for (const share of [0.25, 0.5, 0.75]) {
      await simulator.waitFor(({ counts }) => counts.correct >= CHUNKS * share);
      await wipeQueues(world());
    }
    await api.finish(id);
    const conversation = await api.summarizedConversation(id);

    expect(conversation.chunks).toEqual({ total: CHUNKS, pending: 0, completed: CHUNKS, failed: 0 });
    expect(new Set(conversation.transcript?.split('\n\n')).size).toBe(CHUNKS);
    expect(simulator.ledger.billed).toBe(CHUNKS);
    expect(simulator.ledger.counts).toMatchObject({ submit: CHUNKS, summarize: 1 });
  });
});
