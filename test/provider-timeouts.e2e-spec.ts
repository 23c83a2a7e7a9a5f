import { describe, expect, it } from 'vitest';
import { settleChunk } from './support/one-chunk.js';
import { sharedWorld } from './support/shared-world.js';
import { STRATEGIES, World } from './support/test-service.js';

describe.each(STRATEGIES)('a provider that never finishes, with the %s strategy', (strategy) => {
  const world = sharedWorld(() => World.start({ strategy, env: { TRANSCRIPTION_TIMEOUT_MS: '700' } }));

  it('fails the chunk with a clear error when TRANSCRIPTION_TIMEOUT_MS is over', async () => {
    world().simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', status: 'processing' } });

    const chunk = await settleChunk(world().api);

    expect(chunk).toMatchObject({ status: 'failed', transcript: null });
    expect(chunk.error).toContain('did not finish the transcript within 1 s');
  });

  it('says why the last check failed when checks fail until then', async () => {
    world().simulator.faults.add({ operation: 'get', effect: { kind: 'status', status: 401 } });

    const chunk = await settleChunk(world().api);

    expect(chunk).toMatchObject({ status: 'failed', transcript: null });
    expect(chunk.error).toContain('did not finish the transcript');
    expect(chunk.error).toContain('ASSEMBLYAI_API_KEY');
  });
});

describe.each(STRATEGIES)('a provider that accepts nothing, with the %s strategy', (strategy) => {
  // Time for a second try on a busy machine, as a lost submit is searched for before it is sent
  // again.
  const world = sharedWorld(() => World.start({ strategy, env: { TRANSCRIPTION_TIMEOUT_MS: '8000' } }));

  it.each(['upload', 'submit'] as const)(
    'fails the chunk when every %s fails until TRANSCRIPTION_TIMEOUT_MS is over',
    async (operation) => {
      world().simulator.faults.add({ operation, effect: { kind: 'status', status: 503 } });

      const chunk = await settleChunk(world().api);

      expect(chunk).toMatchObject({ status: 'failed', transcript: null });
      expect(chunk.error).toContain('did not take the audio in time');
      expect(world().simulator.ledger.counts[operation]).toBeGreaterThan(1);
    },
  );
});

describe('a callback that never comes', () => {
  const world = sharedWorld(() => World.start({ strategy: 'webhook', env: { CALLBACK_DEADLINE_MS: '300' } }));

  it('is replaced by a check when CALLBACK_DEADLINE_MS is over', async () => {
    const { api, simulator } = world();
    simulator.faults.add({ operation: 'webhook', effect: { kind: 'drop' } });

    const chunk = await settleChunk(api);

    expect(chunk).toMatchObject({ status: 'completed', error: null, strategy: 'webhook' });
    const [transcript] = simulator.ledger.transcripts.values();
    expect(transcript).toMatchObject({ webhooksDropped: 1, webhookAttempts: 0, gets: 1 });
    const waitedMs = Date.parse(chunk.transcribedAt ?? '') - Date.parse(chunk.submittedAt ?? '');
    expect(waitedMs).toBeGreaterThanOrEqual(200);
  });

  it('is replaced by further checks when the transcript is not ready by then', async () => {
    const { api, simulator } = world();
    simulator.faults.add(
      { operation: 'webhook', effect: { kind: 'drop' } },
      { operation: 'submit', effect: { kind: 'outcome', latencyMs: 700 } },
    );

    const chunk = await settleChunk(api);

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(simulator.ledger.counts).toMatchObject({ submit: 1, webhook: 0 });
    expect(simulator.ledger.counts.get).toBeGreaterThanOrEqual(2);
  });
});
