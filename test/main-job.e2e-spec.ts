import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STRATEGIES, World } from './support/test-service.js';

const SAMPLES = new URL('../samples/', import.meta.url);

describe.each(STRATEGIES)('the main job with the %s strategy', (strategy) => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ strategy });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('turns recordings into corrected texts, a merged transcript and a summary', async () => {
    const { recordings, hotwords } = world.simulator.samples.manifest;
    const { api } = world;
    const conversation = await api.createConversation({ transcriptPrompt: hotwords });
    const chunks = [];
    for (const { file } of recordings) {
      const audio = new Uint8Array(await readFile(new URL(file, SAMPLES)));
      chunks.push(await api.addChunk(conversation.id, { audio }));
    }
    await api.finish(conversation.id);

    const finalized = await api.summarizedConversation(conversation.id);

    for (const [index, { id }] of chunks.entries()) {
      const chunk = await api.chunk(id);
      expect(chunk).toMatchObject({
        status: 'completed',
        position: index,
        transcript: recordings[index]?.corrected,
        error: null,
        strategy,
        diarization: {
          schema: 'Dembrane-25-09',
          data: { error: null, note: recordings[index]?.note, raw: { text: recordings[index]?.heard } },
        },
      });
    }
    expect(finalized.transcript).toBe(recordings.map(({ corrected }) => corrected).join('\n\n'));
    expect(finalized.chunks).toEqual({
      total: recordings.length,
      pending: 0,
      completed: recordings.length,
      failed: 0,
    });
    expect(world.simulator.ledger.counts).toMatchObject({
      submit: recordings.length,
      correct: recordings.length,
      summarize: 1,
    });
  });
});
