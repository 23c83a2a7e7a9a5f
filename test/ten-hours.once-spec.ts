import { expect, it } from 'vitest';
import { factsOf } from '../src/providers/language-models/model-catalog.js';
import { speech } from './support/long-conversation.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';

const TEN_HOURS = 36_000;
const sentences = speech(TEN_HOURS / 60);
/** No tokenizer makes more tokens than a text has bytes. */
const mostTokens = (text: string): number => Buffer.byteLength(text);

const world = sharedWorld(() => World.start({}));

it('a text of ten hours is corrected in windows and summarized, each request within the limits of its model', async () => {
  const { api, simulator } = world();
  const effect = { kind: 'outcome', text: sentences.join(' '), durationSeconds: TEN_HOURS } as const;
  simulator.faults.add({ operation: 'submit', effect, times: 1 });
  const { id } = await api.createConversation();
  const added = await api.addChunk(id);
  await api.finish(id);
  const chunk = await api.settledChunk(added.id);
  const { summary, summaryError } = await api.summarizedConversation(id);

  expect(chunk.transcript).toBe(sentences.join(' '));
  const { total = 0, corrected } = chunk.correction?.windows ?? {};
  expect(total).toBeGreaterThanOrEqual(60);
  expect(corrected).toBe(total);
  const { corrections, summaries } = simulator.ledger;
  expect(corrections).toHaveLength(total);
  expect(summaryError).toBeNull();
  expect(summary).toContain(String(sentences.at(-1)).slice(0, -1));
  for (const { model, prompt, maxOutputTokens, status } of [...corrections, ...summaries]) {
    const { limits } = factsOf(model);
    expect(status).toBe(200);
    expect(mostTokens(prompt)).toBeLessThan(limits.inputTokens);
    expect(maxOutputTokens).toBeLessThanOrEqual(limits.outputTokens);
  }
});
