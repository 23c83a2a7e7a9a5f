import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProjectResponse } from '../src/conversations/projects/projects.dto.js';
import { settleChunk } from './support/one-chunk.js';
import { sharedWorld } from './support/shared-world.js';
import { CALLBACK_SECRET, STRATEGIES, World } from './support/test-service.js';

const EXPECTED_LANGUAGES = ['en', 'nl', 'de', 'fr', 'es', 'it', 'pt', 'uk'];

describe('hotwords', () => {
  const world = sharedWorld(() => World.start({ strategy: 'polling' }));

  const keytermsFor = async (transcriptPrompt: string | null): Promise<unknown> => {
    const chunk = await settleChunk(world().api, { transcriptPrompt });
    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(world().simulator.ledger.submits).toHaveLength(1);
    return world().simulator.ledger.submits[0]?.body?.keyterms_prompt;
  };

  it.each<[string, string | null, string[] | undefined]>([
    [
      'are split at commas and trimmed',
      ' Wilgenbrug ,Ringdijk,  Havenkwartier ',
      ['Wilgenbrug', 'Ringdijk', 'Havenkwartier'],
    ],
    [
      'are split at line breaks of any kind',
      'Wilgenbrug\nRingdijk\r\nKade\u2028Brug',
      ['Wilgenbrug', 'Ringdijk', 'Kade', 'Brug'],
    ],
    ['keep single spaces inside', 'Joris  van\tder   Linde', ['Joris van der Linde']],
    ['lose empty phrases', ',, Wilgenbrug,\n,  ,', ['Wilgenbrug']],
    ['lose repeats, whatever their case', 'Wilgenbrug, wilgenbrug, WILGENBRUG', ['Wilgenbrug']],
    ['lose phrases of more than six words', 'one two three four five six seven, Ringdijk', ['Ringdijk']],
    ['keep phrases of six words', 'one two three four five six', ['one two three four five six']],
    ['lose emoji, which the provider refuses', 'Wilgenbrug 🌉, Ringdijk, 👍', ['Ringdijk']],
    ['lose control characters', 'Wilgen\u0007brug, Ringdijk', ['Ringdijk']],
    ['lose what is far too long', `${'x'.repeat(500)}, Ringdijk`, ['Ringdijk']],
    [
      'keep accents, quotes and other scripts',
      'Café d\'Oré, Київ, "Ringdijk"',
      ["Café d'Oré", 'Київ', '"Ringdijk"'],
    ],
    ['are composed, so that one letter is one letter', 'Cafe\u0301', ['Café']],
    ['are left out of the request where there are none', null, undefined],
    ['are left out of the request where nothing is left', ' , ,\n', undefined],
  ])('%s', async (_what, transcriptPrompt, keyterms) => {
    expect(await keytermsFor(transcriptPrompt)).toEqual(keyterms);
  });

  it('are at most a thousand', async () => {
    const given = Array.from({ length: 1_200 }, (_, index) => `term${index}`);

    expect(await keytermsFor(given.join(','))).toEqual(given.slice(0, 1_000));
  });

  it('come from the project, unless the conversation has its own', async () => {
    const { api, simulator } = world();
    const { body: project } = await api.post<ProjectResponse>('/api/projects', {
      name: 'Bridge',
      transcriptPrompt: 'Wilgenbrug',
    });
    await settleChunk(api, { projectId: project.id });
    await settleChunk(api, { projectId: project.id, transcriptPrompt: 'Ringdijk' });

    expect(simulator.ledger.submits.map(({ body }) => body?.keyterms_prompt)).toEqual([
      ['Wilgenbrug'],
      ['Ringdijk'],
    ]);
  });

  it('guide the correction as well', async () => {
    await settleChunk(world().api, { transcriptPrompt: 'Wilgenbrug, Joris van der Linde' });

    const [correction] = world().simulator.ledger.corrections;
    expect(correction?.prompt).toContain('<hotwords>\nWilgenbrug\nJoris van der Linde\n</hotwords>');
    expect(correction?.prompt).toContain('<guidance>\nWilgenbrug, Joris van der Linde\n</guidance>');
  });
});

describe('a submit request', () => {
  const world = sharedWorld(() => World.start({ strategy: 'polling' }));

  const bodyFor = async (settings: object) => {
    await settleChunk(world().api, settings);
    return world().simulator.ledger.submits[0]?.body;
  };

  it.each<[string | null, string]>([
    [null, 'en'],
    ['en', 'en'],
    ['nl', 'nl'],
    ['pt-BR', 'pt'],
    ['en_us', 'en'],
  ])(
    'detects the language, with that of the conversation as the fallback (%s)',
    async (language, fallback) => {
      const body = await bodyFor({ language });

      expect(body).toMatchObject({ language_detection: true });
      expect(body).not.toHaveProperty('language_code');
      const options = body?.language_detection_options as Record<string, unknown>;
      expect(options.fallback_language).toBe(fallback);
      expect(new Set(options.expected_languages as string[])).toEqual(new Set(EXPECTED_LANGUAGES));
    },
  );

  it('expects the conversation’s language beside the usual ones, as a fallback must be expected', async () => {
    const body = await bodyFor({ language: 'pl' });

    expect(body?.language_detection_options).toEqual({
      expected_languages: ['pl', ...EXPECTED_LANGUAGES],
      fallback_language: 'pl',
    });
  });

  it('restricts no language where it is to be detected', async () => {
    expect((await bodyFor({ language: 'auto' }))?.language_detection_options).toEqual({
      fallback_language: 'auto',
    });
  });

  it('takes the language of the project, unless the conversation has its own', async () => {
    const { api, simulator } = world();
    const { body: project } = await api.post<ProjectResponse>('/api/projects', {
      name: 'Brug',
      language: 'nl',
    });
    await settleChunk(api, { projectId: project.id });
    await settleChunk(api, { projectId: project.id, language: 'de' });

    const fallbacks = simulator.ledger.submits.map(
      ({ body }) => (body?.language_detection_options as { fallback_language: string }).fallback_language,
    );
    expect(fallbacks).toEqual(['nl', 'de']);
  });

  it('names its models in order, and the upload as its audio', async () => {
    const body = await bodyFor({});

    expect(body?.speech_models).toEqual(['assemblyai-stt-3-7', 'universal-2']);
    expect(body?.audio_url).toBe(world().simulator.ledger.uploads[0]?.uploadUrl);
  });
});

describe.each(STRATEGIES)('a submit request of the %s strategy', (strategy) => {
  const world = sharedWorld(() => World.start({ strategy, simulator: { apiKeys: ['a-key-of-the-tests'] } }));

  it('carries the raw key, and asks for a callback in the webhook strategy alone', async () => {
    const { api, simulator } = world();
    const chunk = await settleChunk(api);
    const { webhookUrl, webhookHeader } = simulator.assemblyai.find(chunk.transcriptId ?? '')?.params ?? {};
    const fields = Object.keys(simulator.ledger.submits[0]?.body ?? {});

    // The simulator refuses every other key, and this one with `Bearer` before it.
    expect(chunk.status).toBe('completed');
    if (strategy === 'polling') {
      expect(fields.filter((name) => name.startsWith('webhook'))).toEqual([]);
      return;
    }
    expect(webhookUrl).toMatch(new RegExp(`^${world().callbackUrl}\\?submission=[0-9a-f-]{36}$`));
    expect(webhookHeader).toEqual({ name: 'X-AssemblyAI-Webhook-Secret', value: CALLBACK_SECRET });
  });
});

describe('a callback URL with a query of its own', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
    await world.stopService();
    await world.startService({
      ASSEMBLYAI_WEBHOOK_URL: `${world.callbackUrl}?tenant=a%2Fb&flag`,
      ASSEMBLYAI_WEBHOOK_SECRET: `a-new-secret, ${CALLBACK_SECRET}`,
    });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('keeps it, and the first of several secrets is sent', async () => {
    const chunk = await settleChunk(world.api);
    const { webhookUrl, webhookHeader } =
      world.simulator.assemblyai.find(chunk.transcriptId ?? '')?.params ?? {};

    expect(webhookUrl).toContain('?tenant=a%2Fb&flag&submission=');
    expect(webhookHeader?.value).toBe('a-new-secret');
    expect(world.simulator.ledger.webhookAttempts).toMatchObject([{ status: 200 }]);
  });
});
