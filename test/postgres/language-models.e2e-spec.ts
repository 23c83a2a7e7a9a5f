import { afterEach, describe, expect, it } from 'vitest';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import { wav } from '../support/api.js';
import { ServiceProcess } from '../support/service-process.js';
import { sharedWorld } from '../support/shared-world.js';
import { World } from '../support/test-service.js';

const TRIES = 6;
/** Thinking tokens of the simulated models at the level `high`. */
const HIGH_THOUGHT_TOKENS = 1_024;
const DRAFT = 'Good evening everybody and thank you for coming to the meeting about the bridge';
const [FIRST, SECOND] = ['gemini-3.8-flash', 'gemini-3.7-flash'];

describe('with default settings', () => {
  const world = sharedWorld(() => World.start());

  it('forty chunks are corrected and the conversation is summarized, by requests that Gemini 3 accepts', async () => {
    const { api, simulator } = world();
    const conversation = await api.createConversation();
    const chunks = await Promise.all(
      Array.from({ length: 40 }, (_, position) => api.addChunk(conversation.id, { position })),
    );
    await api.finish(conversation.id);
    await api.summarizedConversation(conversation.id, 60_000);

    const settled = await Promise.all(chunks.map(({ id }) => api.chunk(id)));
    expect(settled.map(({ modelUse }) => modelUse.model)).toEqual(chunks.map(() => 'gemini-3.8-flash'));
    const { corrections, summaries } = simulator.ledger;
    expect(corrections).toHaveLength(40);
    for (const request of corrections) {
      expect(request).toMatchObject({ model: 'gemini-3.8-flash', thinkingLevel: 'LOW', store: false });
    }
    expect(summaries).toMatchObject([{ model: 'gemini-3.5-flash-lite', thinkingLevel: 'LOW', store: false }]);
    for (const request of [...corrections, ...summaries]) {
      expect(request).toMatchObject({ temperature: null, thinkingBudget: null });
    }
  });
});

describe('a list that begins with a retired model', () => {
  const world = sharedWorld(() =>
    World.start({ env: { CORRECTION_MODEL: 'gemini-2.5-pro,gemini-3.8-flash', SUBMIT_CONCURRENCY: '1' } }),
  );

  it('has all chunks corrected by the second', async () => {
    const { api, simulator } = world();
    const { id } = await api.createConversation();
    const chunks = await Promise.all(Array.from({ length: 10 }, () => api.addChunk(id)));
    const settled = await Promise.all(chunks.map((chunk) => api.settledChunk(chunk.id)));

    expect(settled.map(({ status, modelUse }) => [status, modelUse.model])).toEqual(
      chunks.map(() => ['completed', 'gemini-3.8-flash']),
    );
    expect(settled.map(errorOf)).toEqual(chunks.map(() => null));
    expect(
      await api.metric('ringback_model_answers_total', { model: 'gemini-3.8-flash', outcome: 'answered' }),
    ).toBe(10);
    // Concurrent jobs may each try it; after that it is left out.
    const missed = simulator.ledger.corrections.filter(({ model }) => model === 'gemini-2.5-pro').length;
    expect(missed).toBeGreaterThan(0);
    expect(missed).toBeLessThan(10);
    expect(
      await api.metric('ringback_model_answers_total', {
        model: 'gemini-2.5-pro',
        outcome: 'model_not_found',
      }),
    ).toBe(missed);
  });
});

describe('a retired model alone', () => {
  let service: ServiceProcess | undefined;
  let world: World | undefined;

  afterEach(async () => {
    await service?.stop();
    await world?.stop();
  });

  it('is named in one line at the start, with the day of its end and its successor', async () => {
    world = await World.start();
    await world.stopService();
    service = await ServiceProcess.start(world.env({ CORRECTION_MODEL: 'gemini-2.5-pro' }));

    const lines = service.output.split('\n').filter((line) => line.includes('gemini-2.5-pro'));
    expect(lines).toEqual([
      expect.stringMatching(
        /"CORRECTION_MODEL: gemini-2\.5-pro (?:is closed to new projects and ends|ended) on 2026-12-01; use gemini-3\.8-flash"/,
      ),
    ]);
  });
});

describe('a model that reaches its output limit', () => {
  const world = sharedWorld(() => World.start({ env: { RETRY_BASE_MS: '5', CORRECTION_THINKING: 'high' } }));

  it('is asked again with less thinking and a higher limit, and its wasted output is counted', async () => {
    const { api, simulator } = world();
    simulator.faults.add({
      operation: 'correct',
      effect: { kind: 'finish', finishReason: 'MAX_TOKENS' },
      times: 1,
    });
    const { id } = await api.createConversation();
    const chunk = await api.settledChunk((await api.addChunk(id)).id);

    const [first, second] = simulator.ledger.corrections;
    expect(first).toMatchObject({ thinkingLevel: 'HIGH' });
    expect(second).toMatchObject({ thinkingLevel: 'LOW', maxOutputTokens: 65_536 });
    expect(second?.maxOutputTokens).toBeGreaterThan(first?.maxOutputTokens ?? 0);
    expect(chunk.modelUse.outputTokens).toBeGreaterThan(HIGH_THOUGHT_TOKENS);
  });

  it('is reported at the end with the number of attempts', async () => {
    const { api, simulator } = world();
    simulator.faults.add({ operation: 'correct', effect: { kind: 'finish', finishReason: 'MAX_TOKENS' } });
    const { id } = await api.createConversation();
    const chunk = await api.settledChunk((await api.addChunk(id)).id);

    expect(errorOf(chunk)).toBe(
      'The Gemini API ran out of output tokens before its answer was complete. It was tried 6 times.',
    );
    expect(chunk.modelUse.inputTokens).toBeGreaterThan(0);
  });
});

describe('a model that refuses the content', () => {
  const world = sharedWorld(
    () => World.start({ env: { RETRY_BASE_MS: '5', CORRECTION_MODEL: `${FIRST},${SECOND}` } }),
    {
      prepare: ({ simulator }) => {
        simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', text: DRAFT } });
      },
    },
  );
  const block = (reason: string, match: { model?: string }, times?: number) => {
    world().simulator.faults.add({ operation: 'correct', effect: { kind: 'blocked', reason }, match, times });
  };
  const settle = async (settings = {}) => {
    const { id: conversationId } = await world().api.createConversation(settings);
    const { id } = await world().api.addChunk(conversationId, { audio: wav(crypto.randomUUID(), 30) });
    return world().api.settledChunk(id);
  };
  const asked = () => world().simulator.ledger.corrections.map(({ model }) => model);

  const REFUSALS = ['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII', 'RECITATION'];

  it.each(REFUSALS)('is followed by the next one within the same attempt (%s)', async (reason) => {
    block(reason, { model: FIRST });

    expect(await settle()).toMatchObject({ status: 'completed', modelUse: { model: SECOND } });
    expect(asked()).toEqual([FIRST, SECOND]);
  });

  it.each(REFUSALS)(
    'leaves the first-stage text when every model refuses it, once each (%s)',
    async (reason) => {
      block(reason, {});

      const chunk = await settle();
      expect(chunk).toMatchObject({ status: 'completed', transcript: DRAFT, modelUse: { model: null } });
      expect(errorOf(chunk)).toMatch(new RegExp(`${FIRST}: .*\\(${reason}\\).*${SECOND}: .*\\(${reason}\\)`));
      expect(asked()).toEqual([FIRST, SECOND]);
    },
  );

  it('withholds an anonymized chunk that every model refuses, but not one that the second accepts', async () => {
    block('PROHIBITED_CONTENT', { model: FIRST });
    expect(await settle({ anonymize: true })).toMatchObject({
      status: 'completed',
      modelUse: { model: SECOND },
    });

    block('PROHIBITED_CONTENT', { model: SECOND });
    expect(await settle({ anonymize: true })).toMatchObject({
      status: 'failed',
      errorCode: 'withheld',
      transcript: null,
    });
    expect(asked()).toEqual([FIRST, SECOND, FIRST, SECOND]);
  });

  it('is asked again after a block without a reason (OTHER), and after an answer without a candidate', async () => {
    block('OTHER', { model: FIRST }, 1);
    world().simulator.faults.add({ operation: 'correct', effect: { kind: 'empty' }, times: 1 });

    expect(await settle()).toMatchObject({ status: 'completed', modelUse: { model: FIRST } });
    expect(asked()).toEqual([FIRST, FIRST, FIRST]);
  });

  it('is followed by the next one when its last attempt fails too', async () => {
    block('OTHER', { model: FIRST });

    expect(await settle()).toMatchObject({ status: 'completed', modelUse: { model: SECOND } });
    expect(asked()).toEqual([...Array.from({ length: TRIES }, () => FIRST), SECOND]);
  });

  it('counts the tokens of refused answers with the chunk', async () => {
    block('SAFETY', { model: FIRST }, 1);
    const refused = await settle();
    const taken = await settle();

    expect(refused.modelUse.inputTokens).toBe(2 * taken.modelUse.inputTokens);
  });
});

function errorOf({ diarization }: ChunkResponse): unknown {
  return (diarization?.data as { error?: unknown } | undefined)?.error;
}
