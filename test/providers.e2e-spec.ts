import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Simulator } from '../simulator/simulator.js';
import type { Sample } from '../simulator/samples.js';
import { sharedWorld } from './support/shared-world.js';
import { STRATEGIES, World, type Strategy } from './support/test-service.js';
import { litellmEnv } from './support/litellm-env.js';

const SAMPLES = new URL('../samples/', import.meta.url);

interface ProviderCase {
  env: (simulator: Simulator) => Record<string, string>;
  schema: string;
  /** Final text of a chunk with this recording. */
  text: (sample: Sample) => string;
  /** Strategy of the chunk when the service has this one. */
  strategy: (strategy: Strategy) => Strategy | null;
  /** Requests for a chunk. */
  requests: { submit: number; transcribe: number; correct: number; listen: number };
}

const ONLY = { submit: 0, transcribe: 0, correct: 0, listen: 0 };

/**
 * All providers. With the strategies below, and both engines that run this file, every combination
 * is covered.
 */
const PROVIDERS: Record<string, ProviderCase> = {
  'Dembrane-25-09': {
    env: () => ({}),
    schema: 'Dembrane-25-09',
    text: ({ corrected }) => corrected,
    strategy: (strategy) => strategy,
    requests: { ...ONLY, submit: 1, correct: 1 },
  },
  AssemblyAI: {
    env: () => ({ GEMINI_API_KEY: 'a-key-of-the-tests' }),
    schema: 'ASSEMBLYAI',
    text: ({ heard }) => heard,
    strategy: (strategy) => strategy,
    requests: { ...ONLY, submit: 1 },
  },
  LiteLLM: {
    env: litellmEnv,
    schema: 'LITELLM',
    text: ({ heard }) => heard,
    strategy: () => null,
    requests: { ...ONLY, transcribe: 1 },
  },
  Gemini: {
    env: () => ({ ASSEMBLYAI_API_KEY: '' }),
    schema: 'GEMINI',
    text: ({ corrected }) => corrected,
    strategy: () => null,
    requests: { ...ONLY, listen: 1 },
  },
};

const TABLE = Object.keys(PROVIDERS).flatMap((provider) =>
  STRATEGIES.map((strategy): [string, Strategy] => [provider, strategy]),
);

describe.each(TABLE)('the provider %s with the %s strategy', (provider, strategy) => {
  const expected = PROVIDERS[provider];
  if (expected === undefined) throw new Error(`there is no provider ${provider}`);
  const world = sharedWorld(() =>
    World.start({
      strategy,
      env: (simulator) => ({ TRANSCRIPTION_PROVIDER: provider, ...expected.env(simulator) }),
    }),
  );

  it('turns recordings into texts, a merged transcript and a summary, with one request for each recording', async () => {
    const { api, simulator } = world();
    const { recordings, hotwords } = simulator.samples.manifest;
    const conversation = await api.createConversation({ transcriptPrompt: hotwords });
    const ids: string[] = [];
    for (const { file } of recordings) {
      const audio = new Uint8Array(await readFile(new URL(file, SAMPLES)));
      ids.push((await api.addChunk(conversation.id, { audio })).id);
    }
    await api.finish(conversation.id);
    const finalized = await api.summarizedConversation(conversation.id);

    for (const [index, sample] of recordings.entries()) {
      expect(await api.chunk(ids[index] ?? '')).toMatchObject({
        status: 'completed',
        transcript: expected.text(sample),
        error: null,
        strategy: expected.strategy(strategy),
        diarization: { schema: expected.schema },
      });
    }
    expect(finalized.transcript).toBe(recordings.map(expected.text).join('\n\n'));
    const { submit, transcribe, correct, listen } = simulator.ledger.counts;
    const times = recordings.length;
    expect({ submit, transcribe, correct, listen }).toEqual({
      submit: expected.requests.submit * times,
      transcribe: expected.requests.transcribe * times,
      correct: expected.requests.correct * times,
      listen: expected.requests.listen * times,
    });
  });

  it('fails a chunk whose recording it cannot get, and the conversation goes on', async () => {
    const { api, simulator } = world();
    simulator.faults.add(
      { operation: 'submit', effect: { kind: 'status', status: 400, body: { error: 'No.' } } },
      {
        operation: 'transcribe',
        effect: { kind: 'status', status: 400, body: { error: { message: 'No.' } } },
      },
      { operation: 'listen', effect: { kind: 'status', status: 400 } },
    );
    const conversation = await api.createConversation();
    const { id } = await api.addChunk(conversation.id);
    await api.finish(conversation.id);
    const finalized = await api.finalizedConversation(conversation.id);

    expect(await api.chunk(id)).toMatchObject({ status: 'failed', transcript: null });
    expect(finalized).toMatchObject({ chunks: { failed: 1 }, transcript: '[Nothing could be transcribed]' });
  });
});
