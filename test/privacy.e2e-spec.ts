import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Effect } from '../simulator/fault-types.js';
import { Gate } from './support/gate.js';
import { settleChunk, startChunk } from './support/one-chunk.js';
import { locationsHolding } from './support/record.js';
import { ServiceProcess } from './support/service-process.js';
import { sharedWorld } from './support/shared-world.js';
import { STRATEGIES, World, type Strategy } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

/** Address that patterns find. */
const EMAIL = 'adaeze.okonkwo@example.org';
/** Name that only a model finds, as it understands the text. */
const NAME = 'Zonderland';
const HEARD = `My name is Wilhelmina ${NAME}, write to ${EMAIL}.`;
const HEARD_WITHOUT_EMAIL = `My name is Wilhelmina ${NAME}, write to <redacted_email>.`;
const REDACTED = 'My name is <redacted_name>, write to <redacted_email>.';
const REDACTED_SCHEMA = 'Dembrane-26-01-redaction';

const hearing = {
  prepare: ({ simulator }: World) => {
    simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', text: HEARD } });
  },
};

/** Starts a chunk and waits until its correction is under way. `finish` lets the chunk settle. */
async function correctingChunk(world: World, settings: object) {
  const gate = new Gate();
  world.simulator.hooks.beforeCorrectionResponse = gate.pass;
  const { id } = await startChunk(world.api, settings);
  await gate.reached;
  const finish = () => {
    gate.open();
    return world.api.settledChunk(id);
  };
  return { pending: await world.api.chunk(id), finish };
}

describe('a conversation whose personal data is redacted', () => {
  const world = sharedWorld(() => World.start({ env: { RETRY_BASE_MS: '5' } }), hearing);

  it('stores the first-stage text without what patterns find, before any correction', async () => {
    const { pending, finish } = await correctingChunk(world(), { redactPii: true });
    const places = await locationsHolding(world(), EMAIL);
    await finish();

    expect(pending).toMatchObject({ status: 'correcting', transcript: HEARD_WITHOUT_EMAIL });
    expect(pending.diarization).toMatchObject({ data: { text: HEARD_WITHOUT_EMAIL } });
    expect(places).toEqual([]);
  });

  it('has the correction redact, and patterns redact its answer once more', async () => {
    world().simulator.faults.add({
      operation: 'correct',
      effect: saying(`Write to <redacted_name>, ${EMAIL}.`, `Mail ${EMAIL} for a better microphone.`),
    });
    const chunk = await settleChunk(world().api, { redactPii: true });

    expect(chunk).toMatchObject({
      transcript: 'Write to <redacted_name>, <redacted_email>.',
      diarization: { data: { note: 'Mail <redacted_email> for a better microphone.' } },
    });
    expect(world().simulator.ledger.corrections).toMatchObject([
      { redaction: true, prompt: expect.stringMatching(/^PII redaction: on$/m) as unknown },
    ]);
    expect(await locationsHolding(world(), EMAIL)).toEqual([]);
  });

  it('keeps the redacted first-stage text, marked as such, when the correction fails', async () => {
    world().simulator.faults.add({ operation: 'correct', effect: { kind: 'status', status: 503 } });
    const chunk = await settleChunk(world().api, { redactPii: true });

    expect(chunk).toMatchObject({
      status: 'completed',
      transcript: HEARD_WITHOUT_EMAIL,
      diarization: { data: { error: expect.stringContaining('503') as unknown } },
    });
    expect(await locationsHolding(world(), EMAIL)).toEqual([]);
  });

  it('is redacted from then on when a chunk is transcribed again with redaction', async () => {
    const { api } = world();
    const plain = await settleChunk(api);
    const again = await api.post(`/api/transcription/chunks/${plain.id}?force=true`, { redactPii: true });
    const chunk = await api.settledChunk(plain.id);

    expect(plain.transcript).toContain(EMAIL);
    expect(again.status).toBe(202);
    expect(again.body).toMatchObject({ transcript: null, diarization: null });
    expect(chunk).toMatchObject({ status: 'completed', transcript: HEARD_WITHOUT_EMAIL });
    expect(await locationsHolding(world(), EMAIL)).toEqual([]);
  });

  it('has a search that finds the personal data of another conversation', async () => {
    const { api, simulator } = world();
    simulator.faults.add({ operation: 'correct', effect: saying('Write to control@example.org.') });
    const chunk = await settleChunk(api);
    await api.finish(chunk.conversationId);
    await api.summarizedConversation(chunk.conversationId);

    expect(await locationsHolding(world(), 'Control@Example.org')).toEqual([
      'public.chunks',
      'public.conversations',
    ]);
    expect(world().simulator.ledger.corrections).toMatchObject([
      { redaction: false, prompt: expect.stringMatching(/^PII redaction: off$/m) as unknown },
    ]);
  });
});

describe.each(STRATEGIES)('an anonymized conversation, with the %s strategy', (strategy) => {
  const world = sharedWorld(() => World.start({ strategy, env: { RETRY_BASE_MS: '5' } }), hearing);

  it('keeps nothing of the first stage while the correction is under way', async () => {
    world().simulator.faults.add({ operation: 'correct', effect: saying(REDACTED) });
    const { pending, finish } = await correctingChunk(world(), { anonymize: true });
    const places = await locationsHolding(world(), NAME);
    await finish();

    expect(pending).toMatchObject({ status: 'correcting', transcript: null, diarization: null });
    expect(places).toEqual([]);
  });

  it('keeps the redacted text alone, without the provider’s answer', async () => {
    world().simulator.faults.add({ operation: 'correct', effect: saying(REDACTED, 'Speak up.') });
    const chunk = await settleChunk(world().api, { anonymize: true });
    await world().api.finish(chunk.conversationId);
    const conversation = await world().api.summarizedConversation(chunk.conversationId);

    expect(chunk).toMatchObject({ status: 'completed', transcript: REDACTED, error: null });
    expect(chunk.diarization).toEqual({
      schema: REDACTED_SCHEMA,
      data: { note: 'Speak up.', raw: {}, error: null },
    });
    expect(conversation.transcript).toBe(REDACTED);
    expect(world().simulator.ledger.corrections).toMatchObject([
      { redaction: true, prompt: expect.stringContaining(HEARD_WITHOUT_EMAIL) as unknown },
    ]);
    expect(await locationsHolding(world(), NAME)).toEqual([]);
    expect(await locationsHolding(world(), EMAIL)).toEqual([]);
  });

  it.each<[string, Effect]>([
    ['goes on failing', { kind: 'status', status: 503 }],
    ['is refused', { kind: 'blocked', reason: 'PROHIBITED_CONTENT' }],
    ['says the text in an answer that cannot be read', { kind: 'text', text: HEARD }],
  ])(
    'withholds the text when the correction %s, and completes when it is tried again',
    async (_what, effect) => {
      const { api, simulator } = world();
      simulator.faults.add({ operation: 'correct', effect });
      const failed = await settleChunk(api, { anonymize: true });
      await api.finish(failed.conversationId);
      const unheard = await api.finalizedConversation(failed.conversationId);
      const places = await locationsHolding(world(), NAME);
      simulator.faults.clear();
      simulator.faults.add({ operation: 'correct', effect: saying(REDACTED) });
      await api.post(`/api/transcription/chunks/${failed.id}`, {});
      const completed = await api.settledChunk(failed.id);
      const heard = await waitUntil(
        () => api.conversation(failed.conversationId),
        ({ transcript }) => transcript === REDACTED,
      );

      expect(failed).toMatchObject({ status: 'failed', transcript: null, diarization: null });
      expect(failed.error).toContain('withheld');
      expect(unheard).toMatchObject({
        transcript: '[Nothing could be transcribed]',
        chunks: { failed: 1 },
      });
      expect(places).toEqual([]);
      expect(completed).toMatchObject({ status: 'completed', transcript: REDACTED, error: null });
      expect(heard.chunks).toEqual({ total: 1, pending: 0, completed: 1, failed: 0 });
      await api.summarizedConversation(failed.conversationId);
    },
  );

  it('fails when its transcript is deleted at the provider before it could be corrected', async () => {
    const { simulator } = world();
    simulator.faults.add({ operation: 'correct', effect: { kind: 'text', text: 'no JSON' } });
    const { pending, finish } = await correctingChunk(world(), { anonymize: true });
    await fetch(`${simulator.url}/v2/transcript/${pending.transcriptId ?? ''}`, {
      method: 'DELETE',
      headers: { authorization: 'a-key-of-the-tests' },
    });
    const chunk = await finish();

    expect(chunk).toMatchObject({ status: 'failed', transcript: null, diarization: null });
    expect(chunk.error).toContain('deleted at AssemblyAI');
    expect(simulator.ledger.counts.correct).toBe(1);
  });
});

describe('a provider whose error quotes spoken text', () => {
  const world = sharedWorld(() => World.start({ env: { RETRY_BASE_MS: '5' } }));

  it.each([{}, { redactPii: true }, { anonymize: true }])(
    'is quoted without what patterns find, anywhere: %j',
    async (settings) => {
      world().simulator.faults.add({
        operation: 'submit',
        effect: { kind: 'outcome', status: 'error', error: `Audio duration is too short for "${EMAIL}"` },
      });
      const chunk = await settleChunk(world().api, settings);

      expect(chunk.error).toContain('Audio duration is too short for "<redacted_email>"');
      await waitUntil(
        () => world().api.events(chunk.id),
        (events) => events.some(({ message }) => message?.includes('too short') === true),
      );
      expect(await locationsHolding(world(), EMAIL)).toEqual([]);
    },
  );
});

describe('the log of the process', () => {
  let world: World;
  let service: ServiceProcess;

  beforeAll(async () => {
    world = await World.start({ env: { RETRY_BASE_MS: '5' } });
    await world.stopService();
    service = await ServiceProcess.start(world.env());
  });

  afterAll(async () => {
    await service.stop('SIGKILL');
    await world.stop();
  });

  it('holds nothing of the first stage of an anonymized conversation', async () => {
    world.simulator.faults.add(
      { operation: 'submit', effect: { kind: 'outcome', text: HEARD } },
      { operation: 'correct', effect: { kind: 'text', text: HEARD } },
    );
    const chunk = await settleChunk(world.api, { anonymize: true });
    await service.stop();

    expect(chunk.status).toBe('failed');
    expect(service.output).toContain(`chunk ${chunk.id} could not be corrected`);
    expect(service.output).not.toContain(NAME);
    expect(service.output).not.toContain(EMAIL);
  });
});

describe.each<Strategy>(STRATEGIES)('the one-stage provider, with the %s strategy', (strategy) => {
  const world = sharedWorld(
    () => World.start({ strategy, env: { TRANSCRIPTION_PROVIDER: 'AssemblyAI' } }),
    hearing,
  );

  it('completes a chunk with the provider’s text and answer, without a correction', async () => {
    const { api, simulator } = world();
    const settled = await api.metric('ringback_chunks_settled_total', { status: 'completed' });
    const chunk = await settleChunk(api);
    await api.finish(chunk.conversationId);
    const conversation = await api.summarizedConversation(chunk.conversationId);

    expect(chunk).toMatchObject({ status: 'completed', transcript: HEARD, error: null });
    expect(chunk.diarization).toMatchObject({
      schema: 'ASSEMBLYAI',
      data: { id: chunk.transcriptId, text: HEARD, status: 'completed' },
    });
    expect(conversation.transcript).toBe(HEARD);
    expect(simulator.ledger.counts).toMatchObject({ submit: 1, correct: 0, summarize: 1 });
    expect(await api.metric('ringback_chunks_settled_total', { status: 'completed' })).toBe(settled + 1);
  });

  it('redacts by patterns where redaction is asked for', async () => {
    const chunk = await settleChunk(world().api, { redactPii: true });

    expect(chunk).toMatchObject({ status: 'completed', transcript: HEARD_WITHOUT_EMAIL });
    expect(chunk.diarization).toMatchObject({ data: { text: HEARD_WITHOUT_EMAIL } });
  });

  it('withholds the text of an anonymized conversation, which it cannot anonymize', async () => {
    const settled = await world().api.metric('ringback_chunks_settled_total', { status: 'failed' });
    const chunk = await settleChunk(world().api, { anonymize: true });

    expect(chunk).toMatchObject({ status: 'failed', transcript: null, diarization: null });
    expect(chunk.error).toContain('TRANSCRIPTION_PROVIDER');
    expect(await world().api.metric('ringback_chunks_settled_total', { status: 'failed' })).toBe(settled + 1);
  });
});

function saying(text: string, note = ''): Effect {
  return { kind: 'text', text: JSON.stringify({ corrected_transcript: text, note }) };
}
