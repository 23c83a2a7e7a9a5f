import { describe, expect, it } from 'vitest';
import type { Effect } from '../simulator/fault-types.js';
import { CORRECTION_PROMPT_VERSION } from '../src/correction/prompts/prompt.js';
import type { RedactionReceiptResponse } from '../src/privacy/redaction-receipt.dto.js';
import { expectError } from './support/expect-error.js';
import { settleChunk } from './support/one-chunk.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const HEARD = 'My name is Adaeze, write to a@example.org or b@example.org.';
const REDACTED = 'My name is <redacted_name>, write to <redacted_email> or <redacted_email>.';

const saying = (text: string): Effect => ({
  kind: 'text',
  text: JSON.stringify({ corrected_transcript: text, note: '' }),
});

async function receiptOf({ api }: World, conversationId: string): Promise<RedactionReceiptResponse> {
  const { status, body } = await api.get<RedactionReceiptResponse>(
    `/api/conversations/${conversationId}/redaction`,
  );
  expect(status).toBe(200);
  return body;
}

describe('the receipt of a redaction', () => {
  const world = sharedWorld(
    () =>
      World.start({ env: { DELETE_AT_PROVIDER: 'true', RECONCILE_INTERVAL_MS: '200', RETRY_BASE_MS: '5' } }),
    {
      prepare: ({ simulator }) => {
        simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', text: HEARD } });
      },
    },
  );

  it('lists each pass with its counts, model and prompt, and states that the provider has no copy any more', async () => {
    world().simulator.faults.add({ operation: 'correct', effect: saying(`${REDACTED} Or 06 12345678.`) });
    const before = Date.now();
    const chunk = await settleChunk(world().api, { redactPii: true });
    const receipt = await waitUntil(
      () => receiptOf(world(), chunk.conversationId),
      ({ providerCopies }) => providerCopies.deleted === 1,
    );
    const [entry] = receipt.chunks;

    expect(receipt).toMatchObject({
      conversationId: chunk.conversationId,
      redactPii: true,
      anonymize: false,
      counts: { name: 1, email: 2, phone: 1 },
      providerCopies: { kept: 0, deleting: 0, deleted: 1 },
      modelProvider: {
        name: 'gemini',
        isBehindGateway: true,
        store: false,
        keeps: expect.stringContaining('55 days') as unknown,
      },
    });
    expect(entry).toMatchObject({
      chunkId: chunk.id,
      position: 0,
      state: 'redacted',
      passes: [
        { by: 'first_stage_patterns', counts: { email: 2 } },
        {
          by: 'model',
          counts: { name: 1, email: 2 },
          model: expect.stringContaining('gemini-3.8-flash') as unknown,
          promptVersion: CORRECTION_PROMPT_VERSION,
        },
        { by: 'final_patterns', counts: { phone: 1 } },
      ],
      providerCopies: [{ transcriptId: chunk.transcriptId, state: 'deleted', evidence: 'emptied' }],
    });
    expect(entry?.model).toBe(entry?.passes[1]?.model);
    // The receipt states what was requested, and this is what was sent.
    expect(world().simulator.ledger.corrections.map(({ store }) => store)).toEqual([false]);
    for (const { at } of entry?.passes ?? []) expect(Date.parse(at)).toBeGreaterThanOrEqual(before - 1_000);
    expect(Date.parse(entry?.providerCopies[0]?.deletedAt ?? '')).toBeGreaterThan(before - 1_000);
    expect(JSON.stringify(receipt)).not.toMatch(/Adaeze|example\.org/);
  });

  it('of an anonymized conversation lists what was found in the text that was never stored', async () => {
    world().simulator.faults.add({ operation: 'correct', effect: saying(REDACTED) });
    const chunk = await settleChunk(world().api, { anonymize: true });
    const receipt = await receiptOf(world(), chunk.conversationId);

    expect(receipt).toMatchObject({ anonymize: true, counts: { name: 1, email: 2 } });
    expect(receipt.chunks[0]?.passes.map(({ by }) => by)).toEqual([
      'first_stage_patterns',
      'model',
      'final_patterns',
    ]);
    expect(receipt.chunks[0]?.passes[0]?.counts).toEqual({ email: 2 });
  });

  it.each([
    [{ redactPii: true }, 'patterns_only', { email: 2 }],
    [{ anonymize: true }, 'withheld', {}],
    [{}, 'off', {}],
  ])('says so when no model has redacted the text: %j', async (settings, state, counts) => {
    world().simulator.faults.add({ operation: 'correct', effect: { kind: 'blocked', reason: 'OTHER' } });
    const chunk = await settleChunk(world().api, settings);
    const receipt = await receiptOf(world(), chunk.conversationId);

    expect(receipt.chunks).toMatchObject([{ chunkId: chunk.id, state }]);
    expect(receipt.counts).toEqual(counts);
  });

  it('describes the present text when a chunk was transcribed again', async () => {
    const { api, simulator } = world();
    simulator.faults.add({ operation: 'correct', effect: saying(REDACTED) });
    const chunk = await settleChunk(api, { redactPii: true });
    simulator.faults.clear();
    await api.post(`/api/transcription/chunks/${chunk.id}?force=true`, { redactPii: false });
    await api.settledChunk(chunk.id);
    const receipt = await waitUntil(
      () => receiptOf(world(), chunk.conversationId),
      ({ providerCopies }) => providerCopies.deleted === 2,
    );

    expect(receipt).toMatchObject({ counts: {}, chunks: [{ state: 'off', passes: [] }] });
  });

  it('does not exist for an unknown conversation', async () => {
    const path = (id: string) => `/api/conversations/${id}/redaction`;
    expectError(await world().api.get(path(crypto.randomUUID())), 404);
    expectError(await world().api.get(path('a')), 400);
  });
});
