import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManglingProxy } from '../support/mangling-proxy.js';
import { STRATEGIES, World } from '../support/test-service.js';
import { waitUntil } from '../support/wait-until.js';

/**
 * Set FUZZ_SEED for another seed. A seed may not reproduce every finding, because jobs run
 * concurrently.
 */
const SEED = Number(process.env.FUZZ_SEED ?? 20_251_122);
const CHUNKS = Number(process.env.FUZZ_RUNS ?? 40);
const CONVERSATIONS = [
  {},
  { redactPii: true },
  { anonymize: true },
  { transcriptPrompt: 'Wilgenbrug, Joris' },
];
const FORMATS = ['text', 'json', 'srt', 'vtt'];

describe.each(STRATEGIES)('nonsensical answers of the providers, with the %s strategy', (strategy) => {
  let world: World;
  let proxy: ManglingProxy;

  beforeAll(async () => {
    world = await World.start({
      strategy,
      // Time for many attempts: the service searches 3 s for a submit with an invalid answer before
      // it repeats the submit.
      env: { RETRY_BASE_MS: '5', CALLBACK_DEADLINE_MS: '300', TRANSCRIPTION_TIMEOUT_MS: '8000' },
    });
    proxy = await ManglingProxy.start(world.simulator.url, SEED);
    await world.stopService();
    await world.startService({ ASSEMBLYAI_BASE_URL: proxy.url, GEMINI_BASE_URL: proxy.url });
  });

  afterAll(async () => {
    await world.stop();
    await proxy.stop();
  });

  it.each([
    // Texts that JSON.stringify cannot produce.
    ['words that are nested extremely deep', '"id":"a","words":' + '['.repeat(20_000) + ']'.repeat(20_000)],
    ['an id that cannot be stored', '"id":"a\\u0000b"'],
    ['an id that leads elsewhere', '"id":"../transcript"'],
  ])('end a chunk whose answer is always the same: %s', async (_what, fields) => {
    const { api, simulator } = world;
    proxy.probability = 0;
    for (const operation of ['submit', 'get'] as const) {
      const body = `{"status":"completed","text":"Some words.",${fields}}`;
      simulator.faults.add({ operation, effect: { kind: 'body', body } });
    }
    try {
      const { id } = await api.createConversation({ redactPii: true });
      const chunk = await api.settledChunk((await api.addChunk(id)).id);

      expect(chunk).toMatchObject({ status: 'failed', error: expect.stringMatching(/\S/) as unknown });
    } finally {
      simulator.faults.clear();
    }
  });

  it('end every chunk, break no route, and have no effect once the providers work again', async () => {
    const { api } = world;
    proxy.probability = 0.5;
    const conversations = await Promise.all(
      CONVERSATIONS.map((settings) => api.createConversation(settings)),
    );
    const chunks = await Promise.all(
      Array.from({ length: CHUNKS }, (_, index) =>
        api.addChunk(conversations[index % conversations.length]?.id ?? ''),
      ),
    );
    const settled = await Promise.all(chunks.map(({ id }) => api.settledChunk(id)));
    await Promise.all(conversations.map(({ id }) => api.finish(id)));
    for (const { id } of conversations) {
      await api.finalizedConversation(id);
      for (const format of FORMATS) {
        expect((await api.get(`/api/conversations/${id}/transcript?format=${format}`)).status).toBe(200);
      }
      expect((await api.get(`/api/conversations/${id}/events`)).status).toBe(200);
    }

    expect(proxy.mangled).toBeGreaterThan(CHUNKS / 4);
    for (const { status, error, transcript } of settled) {
      expect(status === 'failed' ? error : transcript).toMatch(/\S/);
    }

    proxy.probability = 0;
    const { id } = await api.createConversation();
    await waitUntil(
      async () => api.settledChunk((await api.addChunk(id)).id),
      ({ status, diarization }) =>
        status === 'completed' && (diarization?.data as { error: unknown }).error === null,
    );
  });
});
