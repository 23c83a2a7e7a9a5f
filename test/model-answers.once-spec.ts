import { describe, expect, it } from 'vitest';
import type { Effect } from '../simulator/fault-types.js';
import { settleChunk } from './support/one-chunk.js';
import { query } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';
import { wav } from './support/api.js';

const TRIES = 6;
const SECONDS = 30;
/** Tokens that the simulator's models think at the level `low`. */
const THOUGHT_TOKENS = 64;
const DRAFT =
  'Good evening everybody and thank you for coming to this meeting about the bridge we would like to hear what you think of the plans and which of the two routes is the safer one for the children who go to school by bicycle every morning.';
const CORRECTED =
  'Good evening, everybody, and thank you for coming to this meeting about the bridge. We would like to hear what you think of the plans, and which of the two routes is the safer one for the children who go to school by bicycle every morning.';
const TRANSLATED =
  'Goedenavond allemaal, en dank u wel dat u naar deze avond over de brug bent gekomen. Wij willen graag horen wat u van de plannen vindt, en welke van de twee routes veiliger is voor de kinderen die elke ochtend met de fiets naar school gaan.';

const saying = (text: string): Effect => ({
  kind: 'text',
  text: JSON.stringify({ corrected_transcript: text, note: '' }),
});

/** Wrong answers of language models, and the error beside the text when every answer is wrong. */
const WRONG: [string, string, string, RegExp][] = [
  ['summarizes', 'too_short', 'They talked about a bridge.', /a summary perhaps/],
  ['invents', 'too_long', `${CORRECTED} `.repeat(6), /more text than the recording can explain/],
  ['translates', 'other_language', TRANSLATED, /another language/],
  [
    'repeats its instructions',
    'prompt_leaked',
    `<partial_transcript>\n${DRAFT}\n</partial_transcript>`,
    /repeats its/,
  ],
];

describe('a model that gives a wrong answer', () => {
  const world = sharedWorld(() => World.start({ env: { RETRY_BASE_MS: '5' } }), {
    prepare: ({ simulator }) => {
      simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', text: DRAFT } });
    },
  });
  const settle = async () => {
    const { id: conversationId } = await world().api.createConversation();
    const { id } = await world().api.addChunk(conversationId, { audio: wav(crypto.randomUUID(), SECONDS) });
    return world().api.settledChunk(id);
  };
  const refused = (reason: string) => world().api.metric('ringback_refused_answers_total', { reason });

  it.each(WRONG)('is asked again when it %s (%s)', async (_what, reason, answer) => {
    const before = await refused(reason);
    world().simulator.faults.add(
      { operation: 'correct', effect: saying(answer), times: 2 },
      { operation: 'correct', effect: saying(CORRECTED) },
    );

    expect(await settle()).toMatchObject({ status: 'completed', transcript: CORRECTED });
    expect(world().simulator.ledger.counts.correct).toBe(3);
    expect(await refused(reason)).toBe(before + 2);
  });

  it.each(WRONG)(
    'leaves the first-stage text when each time it %s (%s)',
    async (_what, _reason, answer, words) => {
      world().simulator.faults.add({ operation: 'correct', effect: saying(answer) });

      expect(await settle()).toMatchObject({
        status: 'completed',
        transcript: DRAFT,
        diarization: { data: { note: null, error: expect.stringMatching(words) as unknown } },
      });
      expect(world().simulator.ledger.counts.correct).toBe(TRIES);
    },
  );

  it('has the tokens of every answer kept with the chunk, refused ones included, and counted', async () => {
    const { api } = world();
    const labels = { model: 'gemini-3.8-flash', direction: 'output' };
    const before = await api.metric('ringback_model_tokens_total', labels);
    world().simulator.faults.add(
      { operation: 'correct', effect: saying('Short.'), times: 1 },
      { operation: 'correct', effect: saying(CORRECTED) },
    );
    const chunk = await settle();
    // The simulator takes four characters for a token, and thinks a little before each answer.
    const tokens = ['Short.', CORRECTED]
      .map((text) => JSON.stringify({ corrected_transcript: text, note: '' }).length)
      .reduce((sum, length) => sum + Math.ceil(length / 4) + THOUGHT_TOKENS, 0);

    expect(chunk.modelUse).toMatchObject({
      model: 'gemini-3.8-flash',
      promptVersion: 'correction-2',
      outputTokens: tokens,
      inputTokens: expect.any(Number) as unknown,
    });
    expect(chunk.modelUse.inputTokens).toBeGreaterThan(0);
    expect(await api.metric('ringback_model_tokens_total', labels)).toBe(before + tokens);
  });

  it('is not recorded for a first-stage text', async () => {
    world().simulator.faults.add({ operation: 'correct', effect: saying('Short.') });

    expect((await settle()).modelUse).toMatchObject({ model: null, promptVersion: null });
  });

  it('is recorded with each summary', async () => {
    const chunk = await settleChunk(world().api);
    await world().api.finish(chunk.conversationId);
    await world().api.summarizedConversation(chunk.conversationId);

    expect(
      await query(
        world().database.url,
        'select summary_model as model, summary_prompt_version as version from conversations where id = $1',
        [chunk.conversationId],
      ),
    ).toEqual([{ model: 'gemini-3.5-flash-lite', version: 'summary-2' }]);
  });
});
