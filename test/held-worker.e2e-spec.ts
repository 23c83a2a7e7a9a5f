import { describe, expect, it } from 'vitest';
import { sharedWorld } from './support/shared-world.js';
import { STRATEGIES, World } from './support/test-service.js';

const CHUNKS = 30;
const PROVIDER_LATENCY_MS = 3_000;
/** Largest allowed share of the provider's time that a chunk's jobs hold a worker. */
const HELD_SHARE = 0.25;

describe.each(STRATEGIES)('one worker for all submits and checks, with the %s strategy', (strategy) => {
  const world = sharedWorld(() =>
    World.start({ strategy, env: { SUBMIT_CONCURRENCY: '1', POLL_INTERVAL_MS: '1000' } }),
  );

  const addChunks = async () => {
    const { id } = await world().api.createConversation();
    await Promise.all(Array.from({ length: CHUNKS }, () => world().api.addChunk(id)));
    await world().api.finish(id);
    return id;
  };

  const busySeconds = async () => {
    let seconds = 0;
    for (const job of ['submit', 'check']) {
      seconds += await world().api.metric('ringback_job_busy_seconds_total', { job });
    }
    return seconds;
  };

  it('submits all chunks before the provider has finished any', async () => {
    const { simulator } = world();
    simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', status: 'processing' } });
    const id = await addChunks();
    await simulator.waitFor(({ counts }) => counts.submit === CHUNKS);
    const ended = [...simulator.ledger.transcripts.values()].filter(({ endedAt }) => endedAt !== null);
    await Promise.all(
      [...simulator.ledger.transcripts.keys()].map((transcript) => simulator.assemblyai.finish(transcript)),
    );
    const conversation = await world().api.summarizedConversation(id);

    expect(ended).toEqual([]);
    expect(conversation.chunks).toMatchObject({ completed: CHUNKS });
  });

  it('is held for a small part of the time that the provider takes', async () => {
    const { simulator } = world();
    simulator.updateSettings({ latencyMs: PROVIDER_LATENCY_MS });
    const before = await busySeconds();
    const id = await addChunks();
    const conversation = await world().api.summarizedConversation(id);
    const heldMs = ((await busySeconds()) - before) * 1_000;
    const transcripts = [...simulator.ledger.transcripts.values()];
    const providerMs = transcripts.reduce(
      (sum, { createdAt, endedAt }) => sum + ((endedAt ?? createdAt) - createdAt),
      0,
    );

    expect(conversation.chunks).toMatchObject({ completed: CHUNKS });
    expect(providerMs).toBeGreaterThanOrEqual(CHUNKS * PROVIDER_LATENCY_MS * 0.9);
    expect(heldMs).toBeGreaterThan(0);
    expect(heldMs).toBeLessThan(providerMs * HELD_SHARE);
  });
});
