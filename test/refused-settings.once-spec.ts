import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import type { ChunkResponse } from '../src/conversations/chunks.dto.js';
import { createAppConfig } from '../src/config/create-app-config.js';
import { providerChecks } from '../src/doctor/provider-checks.js';
import { settleChunk, startChunk } from './support/one-chunk.js';
import { letLeasesEnd, query, submissionCounts } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { STRATEGIES, World } from './support/test-service.js';

const CHUNKS = 20;
const NEWEST = 'assemblyai-stt-3-7';

/** Without a second stage, so that every warning is about the first. */
const ONE_STAGE = { TRANSCRIPTION_PROVIDER: 'AssemblyAI' };

interface ReadyReport {
  status: string;
  details: { assemblyai: { status: string; refusedSpeechModels: string[]; refusedLanguages: string[] } };
}

let warnings: string[];

beforeEach(() => {
  warnings = [];
  vi.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => {
    warnings.push(String(line));
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const warningsThatName = (words: string): string[] => warnings.filter((line) => line.includes(words));

const bodies = (world: World) => world.simulator.ledger.submits.map(({ body }) => body ?? {});

const languagesOf = (world: World) => bodies(world).map((body) => body.language_detection_options);

async function settleAtOnce(world: World, count: number): Promise<ChunkResponse[]> {
  const { id } = await world.api.createConversation();
  const chunks = await Promise.all(Array.from({ length: count }, () => world.api.addChunk(id)));
  return Promise.all(chunks.map((chunk) => world.api.settledChunk(chunk.id)));
}

/** Expects each chunk to have one submission with one transcript, made by one of its requests. */
async function expectOneTranscriptEach(world: World, chunks: ChunkResponse[]): Promise<void> {
  const { ledger } = world.simulator;
  expect(chunks.map(({ status, error }) => ({ status, error }))).toEqual(
    chunks.map(() => ({ status: 'completed', error: null })),
  );
  expect(ledger.transcripts.size).toBe(chunks.length);
  expect(ledger.billed).toBe(chunks.length);
  const [first] = chunks;
  expect(await submissionCounts(world.database.url, first?.conversationId ?? '')).toEqual({
    completed: chunks.length,
  });
  const [failed] = await query<{ count: number }>(
    world.database.url,
    'select count(*)::integer as count from chunks where failed_submits > 0 or attempt > 1',
  );
  expect(failed?.count).toBe(0);
}

async function readyReport(world: World): Promise<ReadyReport> {
  const { status, body } = await world.api.get<ReadyReport>('/health/ready');
  expect(status).toBe(200);
  return body;
}

describe.each(STRATEGIES)('an AssemblyAI that refuses a speech model, with the %s strategy', (strategy) => {
  const world = sharedWorld(() =>
    World.start({ strategy, env: ONE_STAGE, simulator: { deprecatedSpeechModels: [NEWEST] } }),
  );

  it('gets every chunk without it, bills none twice, and causes one warning', async () => {
    const chunks = await settleAtOnce(world(), CHUNKS);

    await expectOneTranscriptEach(world(), chunks);
    const accepted = world().simulator.ledger.submits.filter(({ transcriptId }) => transcriptId !== null);
    expect(accepted.map(({ body }) => body?.speech_models)).toEqual(chunks.map(() => ['universal-2']));
    expect(warningsThatName('ASSEMBLYAI_SPEECH_MODELS')).toEqual([
      expect.stringMatching(new RegExp(`refuses the speech model ${NEWEST} .*using universal-2 `)),
    ]);
  });

  it('is not asked for it again', async () => {
    await settleAtOnce(world(), 3);

    expect(bodies(world()).map((body) => body.speech_models)).toEqual([
      ['universal-2'],
      ['universal-2'],
      ['universal-2'],
    ]);
    expect(warnings).toEqual([]);
  });

  it('shows in the readiness report, which stays ok', async () => {
    const { status, details } = await readyReport(world());

    expect(status).toBe('ok');
    expect(details.assemblyai).toEqual({
      status: 'up',
      refusedSpeechModels: [NEWEST],
      refusedLanguages: [],
    });
  });
});

describe('an AssemblyAI that refuses models', () => {
  const world = sharedWorld(() => World.start({ env: ONE_STAGE }));

  beforeEach(async () => {
    // A new process does not know what the previous test taught the old one.
    await world().stopService();
    world().simulator.updateSettings({
      speechModels: [NEWEST, 'universal-2'],
      deprecatedSpeechModels: ['universal-3-pro'],
    });
  });

  it('gets the chunks of a process that started before a model was retired', async () => {
    await world().startService({ ASSEMBLYAI_SPEECH_MODELS: `${NEWEST},universal-2` });
    await settleAtOnce(world(), 1);
    world().simulator.updateSettings({ deprecatedSpeechModels: [NEWEST] });
    world().simulator.ledger.reset();

    await expectOneTranscriptEach(world(), await settleAtOnce(world(), CHUNKS));
    expect(warningsThatName('ASSEMBLYAI_SPEECH_MODELS')).toHaveLength(1);
  });

  it('chooses the model itself when it refuses all', async () => {
    await world().startService({ ASSEMBLYAI_SPEECH_MODELS: 'universal-3-5-pro,universal-3-pro' });
    world().simulator.updateSettings({ speechModels: ['universal-2'] });
    await expectOneTranscriptEach(world(), await settleAtOnce(world(), CHUNKS));
    world().simulator.ledger.reset();
    await settleChunk(world().api);

    expect(bodies(world())).toHaveLength(1);
    expect(bodies(world())[0]).not.toHaveProperty('speech_models');
    expect((await readyReport(world())).details.assemblyai.refusedSpeechModels.sort()).toEqual([
      'universal-3-5-pro',
      'universal-3-pro',
    ]);
  });

  it('is then sent only the models that its list accepts', async () => {
    await world().startService({ ASSEMBLYAI_SPEECH_MODELS: 'universal-9,universal-2' });
    await expectOneTranscriptEach(world(), await settleAtOnce(world(), 1));

    expect(bodies(world()).map((body) => body.speech_models)).toEqual([
      ['universal-9', 'universal-2'],
      ['universal-2'],
    ]);
  });

  it('is sent the first 200 hotwords when the model that is left takes no more', async () => {
    await world().startService({ ASSEMBLYAI_SPEECH_MODELS: 'universal-3-pro,universal-2' });
    const hotwords = Array.from({ length: 300 }, (_, index) => `term${index}`);
    const chunk = await settleChunk(world().api, { transcriptPrompt: hotwords.join(',') });

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(bodies(world()).map((body) => body.keyterms_prompt)).toEqual([
      hotwords,
      hotwords,
      hotwords.slice(0, 200),
    ]);
  });

  it('causes a warning at the start of a process', async () => {
    await world().startService({ ASSEMBLYAI_SPEECH_MODELS: 'universal-3-pro,universal-2' });

    expect(warnings).toEqual([
      expect.stringMatching(/^ASSEMBLYAI_SPEECH_MODELS names universal-3-pro, .*2026-09-02/),
    ]);
  });
});

describe('the doctor', () => {
  const world = sharedWorld(() => World.start({ env: ONE_STAGE }));

  const findingFor = async (models: string) => {
    const config = createAppConfig(world().env({ ASSEMBLYAI_SPEECH_MODELS: models }));
    return providerChecks(config)
      .find(({ name }) => name === 'AssemblyAI')
      ?.run();
  };

  it('warns of a model that is known to be refused, and of one that is deprecated', async () => {
    expect(await findingFor('universal-3-pro,universal-3-5-pro,universal-2')).toEqual({
      state: 'warning',
      detail: expect.stringMatching(
        /^the key is accepted .*ASSEMBLYAI_SPEECH_MODELS names universal-3-pro, .* and universal-3-5-pro, /,
      ) as unknown,
      advice: expect.stringContaining('the list') as unknown,
    });
  });

  it('does not warn of models that are current, or not known', async () => {
    expect(await findingFor(`${NEWEST},universal-2,universal-9`)).toMatchObject({ state: 'ok' });
  });
});

describe('an AssemblyAI that refuses a language', () => {
  const world = sharedWorld(() =>
    World.start({
      env: { ...ONE_STAGE, EXPECTED_LANGUAGES: 'en,nl,haw' },
      simulator: { refusedLanguages: ['haw', 'yi'] },
    }),
  );

  it('detects it among all instead, and is sent the others from then on', async () => {
    await expectOneTranscriptEach(world(), await settleAtOnce(world(), 1));
    await settleChunk(world().api);

    expect(languagesOf(world())).toEqual([
      { expected_languages: ['en', 'nl', 'haw'], fallback_language: 'en' },
      { fallback_language: 'auto' },
      { expected_languages: ['en', 'nl'], fallback_language: 'en' },
    ]);
    expect(bodies(world()).every((body) => body.language_detection === true)).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/refuses the language haw .*EXPECTED_LANGUAGES/)]);
  });

  it('detects that of a conversation, which the warning names', async () => {
    const { conversationId, status } = await settleChunk(world().api, { language: 'yi' });
    await settleChunk(world().api, { language: 'yi' });

    expect(status).toBe('completed');
    expect(languagesOf(world())).toEqual([
      { expected_languages: ['yi', 'en', 'nl'], fallback_language: 'yi' },
      { fallback_language: 'auto' },
      { expected_languages: ['en', 'nl'], fallback_language: 'auto' },
    ]);
    expect(warnings).toEqual([expect.stringContaining(`the language of conversation ${conversationId}`)]);
  });

  it('shows in the readiness report', async () => {
    const { details } = await readyReport(world());

    expect(details.assemblyai.refusedLanguages).toEqual(['haw', 'yi']);
  });

  it('is sent all of them again when its refusal named none', async () => {
    refuse(world(), 'A language code is not supported.', 1);
    await settleChunk(world().api);
    await settleChunk(world().api);

    expect(languagesOf(world())).toEqual([
      { expected_languages: ['en', 'nl'], fallback_language: 'en' },
      { fallback_language: 'auto' },
      { expected_languages: ['en', 'nl'], fallback_language: 'en' },
    ]);
  });
});

function refuse(world: World, error: string, times?: number): void {
  const effect = { kind: 'status', status: 400, body: { error } } as const;
  world.simulator.faults.add({ operation: 'submit', effect, times });
}

describe('a refused submit', () => {
  const world = sharedWorld(() => World.start({ env: ONE_STAGE }));

  it('is sent again without speaker labels where these are what was refused', async () => {
    refuse(world(), 'The following models are not available in this language: speaker_labels', 1);
    const chunk = await settleChunk(world().api, { speakerLabels: true });

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(bodies(world()).map((body) => body.speaker_labels)).toEqual([true, undefined]);
    expect(warnings).toEqual([expect.stringContaining(`chunk ${chunk.id} goes without speaker labels`)]);
  });

  it.each(['The audio_url is of no known kind', 'Invalid endpoint schema, please refer to documentation.'])(
    'fails its chunk at once for any other reason, such as %j',
    async (error) => {
      refuse(world(), error);
      const chunk = await settleChunk(world().api, { speakerLabels: true });

      expect(chunk).toMatchObject({ status: 'failed', errorCode: 'rejected' });
      expect(chunk.error).toContain(error);
      expect(world().simulator.ledger.submits).toHaveLength(1);
    },
  );

  it('leaves the chunk to another submission when its lease has ended meanwhile', async () => {
    world().simulator.faults.add(
      { operation: 'submit', effect: { kind: 'delay', ms: 2_000 }, times: 1 },
      {
        operation: 'submit',
        effect: { kind: 'status', status: 400, body: { error: 'Unknown speech model: universal-9' } },
        times: 1,
      },
    );
    const { id, conversationId } = await startChunk(world().api);
    await world().simulator.waitFor(({ submits }) => submits.length === 1);
    await letLeasesEnd(world().database.url);
    const chunk = await world().api.settledChunk(id);

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(await submissionCounts(world().database.url, conversationId)).toEqual({
      abandoned: 1,
      completed: 1,
    });
    expect(new Set(world().simulator.ledger.submits.map(({ submission }) => submission)).size).toBe(2);
    expect(world().simulator.ledger.billed).toBe(1);
  });
});

describe('an AssemblyAI that refuses whatever is left out', () => {
  const world = sharedWorld(() => World.start({ env: ONE_STAGE }));

  it('fails the chunk with its message, after one request for each setting that could be left out', async () => {
    refuse(world(), 'This speech model is off.');
    const chunk = await settleChunk(world().api);

    expect(chunk).toMatchObject({ status: 'failed', errorCode: 'rejected' });
    expect(chunk.error).toContain('This speech model is off.');
    expect(bodies(world()).map((body) => body.speech_models)).toEqual([
      [NEWEST, 'universal-2'],
      ['universal-2'],
      undefined,
    ]);
  });
});
