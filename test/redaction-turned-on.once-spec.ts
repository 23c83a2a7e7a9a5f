import { describe, expect, it } from 'vitest';
import type { Effect } from '../simulator/fault-types.js';
import type { ChunkResponse, ProcessingEventResponse } from '../src/conversations/chunks.dto.js';
import type { ChunkReceiptResponse, RedactionReceiptResponse } from '../src/privacy/redaction-receipt.dto.js';
import { Gate } from './support/gate.js';
import { litellmEnv } from './support/litellm-env.js';
import { settleChunk, startChunk } from './support/one-chunk.js';
import { locationsHolding } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const EMAIL = 'adaeze.okonkwo@example.org';
/** Name that only a model finds. */
const NAME = 'Zonderland';
const HEARD = `My name is Wilhelmina ${NAME}, write to ${EMAIL}.`;
const HEARD_WITHOUT_EMAIL = `My name is Wilhelmina ${NAME}, write to <redacted_email>.`;
const REDACTED = 'My name is <redacted_name>, write to <redacted_email>.';

/** Transcript that is not ready until the test finishes it. */
const HELD: Effect = { kind: 'outcome', status: 'processing', text: HEARD };

const FAST = { RETRY_BASE_MS: '5' };

const hearing = {
  prepare: ({ simulator }: World) => {
    simulator.faults.add(
      { operation: 'submit', effect: { kind: 'outcome', text: HEARD } },
      { operation: 'transcribe', effect: { kind: 'text', text: HEARD } },
    );
  },
};

const saying = (text: string): Effect => ({
  kind: 'text',
  text: JSON.stringify({ corrected_transcript: text, note: '' }),
});

const geminiEnv = () => ({ TRANSCRIPTION_PROVIDER: 'Gemini' });

const askForRedaction = (world: World, id: string, query = '') =>
  world.api.post<ChunkResponse>(`/api/transcription/chunks/${id}${query}`, { redactPii: true });

async function receiptOf({ api }: World, chunk: ChunkResponse): Promise<ChunkReceiptResponse | undefined> {
  const { body } = await api.get<RedactionReceiptResponse>(
    `/api/conversations/${chunk.conversationId}/redaction`,
  );
  return body.chunks.find(({ chunkId }) => chunkId === chunk.id);
}

const passesOf = (receipt: ChunkReceiptResponse | undefined) => receipt?.passes.map(({ by }) => by);

describe('redaction that is requested while a chunk is in flight', () => {
  const world = sharedWorld(() => World.start({ env: FAST }), hearing);

  /** Starts a chunk whose correction was requested without redaction, and is not answered yet. */
  async function correctingChunk() {
    const gate = new Gate();
    world().simulator.hooks.beforeCorrectionResponse = gate.pass;
    const { id } = await startChunk(world().api);
    await gate.reached;
    return { id, gate };
  }

  it('redacts what is stored at once, and the correction that is under way is made again with it', async () => {
    world().simulator.faults.add(
      { operation: 'correct', effect: saying(HEARD), times: 1 },
      { operation: 'correct', effect: saying(REDACTED) },
    );
    const { id, gate } = await correctingChunk();
    const answer = await askForRedaction(world(), id);
    const places = await locationsHolding(world(), EMAIL);
    gate.open();
    const chunk = await world().api.settledChunk(id);
    const receipt = await receiptOf(world(), chunk);

    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      status: 'correcting',
      transcript: HEARD_WITHOUT_EMAIL,
      diarization: { data: { text: HEARD_WITHOUT_EMAIL } },
    });
    expect(places).toEqual([]);
    expect(chunk).toMatchObject({
      status: 'completed',
      transcript: REDACTED,
      diarization: { data: { raw: { text: HEARD_WITHOUT_EMAIL } } },
    });
    expect(await locationsHolding(world(), EMAIL)).toEqual([]);
    expect(world().simulator.ledger.corrections).toMatchObject([{ redaction: false }, { redaction: true }]);
    expect(receipt).toMatchObject({ state: 'redacted' });
    expect(passesOf(receipt)).toEqual(['first_stage_patterns', 'model', 'final_patterns']);
  });

  it('keeps the text without what patterns find when the correction is refused', async () => {
    world().simulator.faults.add({
      operation: 'correct',
      effect: { kind: 'blocked', reason: 'PROHIBITED_CONTENT' },
    });
    const { id, gate } = await correctingChunk();
    await askForRedaction(world(), id);
    gate.open();
    const chunk = await world().api.settledChunk(id);
    const receipt = await receiptOf(world(), chunk);

    expect(chunk).toMatchObject({ status: 'completed', transcript: HEARD_WITHOUT_EMAIL });
    expect(await locationsHolding(world(), EMAIL)).toEqual([]);
    expect(receipt).toMatchObject({ state: 'patterns_only' });
    expect(passesOf(receipt)).toEqual(['first_stage_patterns']);
  });

  it('applies to a first-stage text that is being fetched', async () => {
    const gate = new Gate();
    world().simulator.hooks.beforeGetResponse = gate.pass;
    const { id } = await startChunk(world().api);
    await gate.reached;
    await askForRedaction(world(), id);
    gate.open();
    const chunk = await world().api.settledChunk(id);

    expect(chunk).toMatchObject({ status: 'completed', transcript: HEARD_WITHOUT_EMAIL });
    expect(await locationsHolding(world(), EMAIL)).toEqual([]);
    expect(world().simulator.ledger.corrections).toMatchObject([{ redaction: true }]);
  });

  it('removes the text of an earlier attempt, also from the merged transcript', async () => {
    const { api, simulator } = world();
    const plain = await settleChunk(api);
    await api.finish(plain.conversationId);
    await api.summarizedConversation(plain.conversationId);
    simulator.faults.clear();
    simulator.faults.add({ operation: 'submit', effect: HELD });
    await api.post(`/api/transcription/chunks/${plain.id}?force=true`, {});
    const running = await waitUntil(
      () => api.chunk(plain.id),
      ({ status }) => status === 'transcribing',
    );
    await askForRedaction(world(), plain.id);
    const [hidden, conversation] = [await api.chunk(plain.id), await api.conversation(plain.conversationId)];
    const places = await locationsHolding(world(), EMAIL);
    await simulator.assemblyai.finish(running.transcriptId ?? '');
    await api.settledChunk(plain.id);
    const merged = await api.summarizedConversation(plain.conversationId);

    expect(running.transcript).toContain(EMAIL);
    expect(hidden).toMatchObject({ transcript: null, diarization: null });
    expect(conversation).toMatchObject({ status: 'finalized', transcript: null, summary: null });
    expect(places).toEqual([]);
    expect(merged.transcript).toBe(HEARD_WITHOUT_EMAIL);
  });
});

describe('redaction that is requested with a restart', () => {
  const world = sharedWorld(() => World.start({ env: FAST }), hearing);

  it('hides the merged transcript and its summary at once, until the next merge', async () => {
    const { api, simulator } = world();
    const plain = await settleChunk(api);
    await api.finish(plain.conversationId);
    const before = await api.summarizedConversation(plain.conversationId);
    const gate = new Gate();
    simulator.hooks.beforeGetResponse = gate.pass;
    await askForRedaction(world(), plain.id, '?force=true');
    const meanwhile = await api.conversation(plain.conversationId);
    const places = await locationsHolding(world(), EMAIL);
    gate.open();
    await api.settledChunk(plain.id);
    const after = await api.summarizedConversation(plain.conversationId);

    expect(before.transcript).toContain(EMAIL);
    expect(meanwhile).toMatchObject({ status: 'finalized', transcript: null, summary: null });
    expect(places).toEqual([]);
    expect(after.transcript).toBe(HEARD_WITHOUT_EMAIL);
    expect(await locationsHolding(world(), EMAIL)).toEqual([]);
  });

  it('does not let a summary under way bring the text back', async () => {
    const { api, simulator } = world();
    simulator.faults.add({
      operation: 'summarize',
      effect: { kind: 'text', text: JSON.stringify({ summary: HEARD }) },
      times: 1,
    });
    const gate = new Gate();
    simulator.hooks.beforeSummaryResponse = gate.pass;
    const plain = await settleChunk(api);
    await api.finish(plain.conversationId);
    await gate.reached;
    await chunkStaysInFlight(plain.id);
    gate.open();
    await waitUntil(
      () => eventsOf(plain.conversationId),
      (events) => events.some(({ job, event }) => job === 'summarize' && event === 'completed'),
    );
    const running = await waitUntil(
      () => api.chunk(plain.id),
      ({ status }) => status === 'transcribing',
    );
    const places = await locationsHolding(world(), EMAIL);
    await simulator.assemblyai.finish(running.transcriptId ?? '');
    await api.settledChunk(plain.id);
    await api.summarizedConversation(plain.conversationId);

    expect(places).toEqual([]);
    expect(await locationsHolding(world(), EMAIL)).toEqual([]);
  });

  async function eventsOf(conversationId: string): Promise<ProcessingEventResponse[]> {
    const { body } = await world().api.get<ProcessingEventResponse[]>(
      `/api/conversations/${conversationId}/events`,
    );
    return body;
  }

  async function chunkStaysInFlight(id: string): Promise<void> {
    world().simulator.faults.clear();
    world().simulator.faults.add({ operation: 'submit', effect: HELD });
    await askForRedaction(world(), id, '?force=true');
  }

  it('keeps the merged transcript of a conversation that was already redacted', async () => {
    const { api } = world();
    const chunk = await settleChunk(api, { redactPii: true });
    await api.finish(chunk.conversationId);
    const before = await api.summarizedConversation(chunk.conversationId);
    await askForRedaction(world(), chunk.id, '?force=true');

    expect((await api.conversation(chunk.conversationId)).transcript).toBe(before.transcript);
    await api.settledChunk(chunk.id);
  });
});

describe.each([
  ['LiteLLM', litellmEnv, 'beforeTranscriptionResponse', HEARD_WITHOUT_EMAIL, 'patterns_only'],
  ['Gemini', geminiEnv, 'beforeCorrectionResponse', REDACTED, 'redacted'],
] as const)('redaction that is requested while %s answers', (_provider, env, hook, transcript, state) => {
  const world = sharedWorld(
    () => World.start({ env: (simulator) => ({ ...FAST, ...env(simulator) }) }),
    hearing,
  );

  it('keeps the answer out of the record until it is redacted', async () => {
    const { api, simulator } = world();
    simulator.faults.add(
      { operation: 'listen', effect: saying(HEARD), times: 1 },
      { operation: 'listen', effect: saying(REDACTED) },
    );
    const gate = new Gate();
    simulator.hooks[hook] = gate.pass;
    const { id } = await startChunk(api);
    await gate.reached;
    await askForRedaction(world(), id);
    gate.open();
    const chunk = await api.settledChunk(id);
    const receipt = await receiptOf(world(), chunk);

    expect(chunk).toMatchObject({ status: 'completed', transcript });
    expect(await locationsHolding(world(), EMAIL)).toEqual([]);
    expect(receipt).toMatchObject({ state });
  });
});
