import { describe, expect, it } from 'vitest';
import type { Effect, Fault } from '../simulator/fault-types.js';
import { settleChunk, startChunk } from './support/one-chunk.js';
import { sharedWorld } from './support/shared-world.js';
import { STRATEGIES, World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const NO_SPEECH = 'language_detection cannot be performed on files with no spoken audio';
const GATEWAY_PAGE = '<html><body>502 Bad Gateway</body></html>';

describe.each(STRATEGIES)('a provider that fails, with the %s strategy', (strategy) => {
  // A transcript that is adopted may not be finished yet, and some tests drop its callback.
  const world = sharedWorld(() => World.start({ strategy, env: { CALLBACK_DEADLINE_MS: '10000' } }));

  const settleWith = async (...faults: Fault[]) => {
    world().simulator.faults.add(...faults);
    return settleChunk(world().api);
  };
  const ledger = () => world().simulator.ledger;

  it('waits as long as a 429 asks for, and then submits again', async () => {
    const chunk = await settleWith({
      operation: 'submit',
      effect: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
      times: 1,
    });

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    const [refused, accepted] = ledger().submits;
    expect(ledger().submits).toHaveLength(2);
    expect((accepted?.time ?? 0) - (refused?.time ?? 0)).toBeGreaterThanOrEqual(1_000);
    expect(ledger().counts.list).toBe(0);
  });

  it.each<[string, Effect]>([
    ['answers 500', { kind: 'status', status: 500, body: { error: 'Server error' } }],
    ['answers 503 without a body', { kind: 'status', status: 503 }],
    ['cuts the connection', { kind: 'cut' }],
    ['answers with a page of HTML', { kind: 'body', body: GATEWAY_PAGE }],
  ])(
    'searches for a transcript, and submits again, when a submit %s and made none',
    async (_what, effect) => {
      const chunk = await settleWith({ operation: 'submit', effect, times: 1 });

      expect(chunk).toMatchObject({ status: 'completed', error: null, strategy });
      expect(ledger().submits).toHaveLength(2);
      expect(ledger().counts.list).toBeGreaterThanOrEqual(1);
      expect(ledger().billed).toBe(1);
    },
  );

  it.each<[string, Effect]>([
    ['is cut off before its answer', { kind: 'lostReply' }],
    ['is answered 500 by a gateway', { kind: 'status', status: 500, workDone: true }],
    ['is answered with a page of HTML', { kind: 'body', body: GATEWAY_PAGE, workDone: true }],
  ])('adopts the transcript of a submit that %s, and pays once', async (_what, effect) => {
    const chunk = await settleWith({ operation: 'submit', effect, times: 1 });

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(ledger().submits).toMatchObject([{ fault: effect.kind }]);
    expect(ledger().billed).toBe(1);
    expect([...ledger().transcripts.keys()]).toEqual([chunk.transcriptId]);
  });

  it('adopts a transcript that was made only after its submit had been answered with a fault', async () => {
    const chunk = await settleWith(
      {
        operation: 'submit',
        effect: { kind: 'status', status: 504, workDoneAfterMs: 1_000 },
        times: 1,
      },
      { operation: 'webhook', effect: { kind: 'drop' } },
    );

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(ledger().submits).toHaveLength(1);
    expect(ledger().billed).toBe(1);
  });

  it('fails a chunk at once when its transcript is longer than any speech', async () => {
    const chunk = await settleWith({
      operation: 'get',
      effect: { kind: 'body', body: `"${'x'.repeat(33_554_432)}"` },
    });

    expect(chunk).toMatchObject({ status: 'failed', errorCode: 'text_too_long' });
    expect(ledger().billed).toBe(1);
    expect(ledger().counts.get).toBe(1);
  });

  it('adopts a transcript also when no callback comes and the list cannot be read at first', async () => {
    const chunk = await settleWith(
      { operation: 'submit', effect: { kind: 'lostReply' }, times: 1 },
      { operation: 'list', effect: { kind: 'status', status: 500 }, times: 2 },
      { operation: 'webhook', effect: { kind: 'drop' } },
    );

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(ledger().submits).toHaveLength(1);
    expect(ledger().counts.list).toBe(3);
  });

  it('fails a chunk at once, with the provider’s words, when its submit is refused', async () => {
    const chunk = await settleWith({
      operation: 'submit',
      effect: { kind: 'status', status: 400, body: { error: 'The audio_url is of no known kind' } },
    });

    expect(chunk).toMatchObject({ status: 'failed', transcript: null });
    expect(chunk.error).toContain('The audio_url is of no known kind');
    expect(ledger().submits).toHaveLength(1);
  });

  it('fails a chunk at once, and names the variable to check, when the key is refused', async () => {
    const chunk = await settleWith({
      operation: 'submit',
      effect: {
        kind: 'status',
        status: 401,
        body: { error: 'Authentication error, token a-key-of-the-tests' },
      },
    });

    expect(chunk.status).toBe('failed');
    expect(chunk.error).toContain('ASSEMBLYAI_API_KEY');
    expect(chunk.error).not.toContain('a-key-of-the-tests');
    expect(ledger().submits).toHaveLength(1);
  });

  it.each<[string, Effect, number]>([
    ['answers 500', { kind: 'status', status: 500 }, 3],
    ['refuses the key for a while', { kind: 'status', status: 401 }, 2],
    ['asks to slow down', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, 2],
    ['cuts the connection', { kind: 'cut' }, 2],
    ['answers with a page of HTML', { kind: 'body', body: GATEWAY_PAGE }, 3],
    ['answers half an object', { kind: 'body', body: '{"status":"completed"}' }, 2],
    ['does not know the transcript yet', { kind: 'status', status: 404 }, 3],
  ])('checks again when a check %s', async (_what, effect, times) => {
    const chunk = await settleWith({ operation: 'get', effect, times });

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(ledger().gets.filter(({ fault }) => fault !== null)).toHaveLength(times);
    expect(ledger().submits).toHaveLength(1);
  });

  it('submits again when the provider repeatedly does not know the transcript', async () => {
    const chunk = await settleWith({ operation: 'get', effect: { kind: 'status', status: 404 }, times: 5 });

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(ledger().submits).toHaveLength(2);
    expect(chunk.transcriptId).toBe(ledger().submits[1]?.transcriptId);
  });

  it('submits again after a fault of the provider, which bills nothing', async () => {
    const chunk = await settleWith({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'error', error: 'Server error, developers have been alerted.' },
      times: 2,
    });

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(ledger().submits).toHaveLength(3);
    expect(ledger().billed).toBe(1);
  });

  it('fails a recording without speech, without trying again, and the conversation goes on', async () => {
    const { api, simulator } = world();
    simulator.faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'error', error: NO_SPEECH },
      times: 1,
    });
    const conversation = await api.createConversation();
    const silent = await api.settledChunk((await api.addChunk(conversation.id)).id);
    const spoken = await api.settledChunk((await api.addChunk(conversation.id)).id);
    await api.finish(conversation.id);
    const finalized = await api.summarizedConversation(conversation.id);

    expect(silent).toMatchObject({ status: 'failed', transcript: null });
    expect(silent.error).toContain('no speech');
    expect(silent.error).toContain(NO_SPEECH);
    expect(ledger().submits).toHaveLength(2);
    expect(finalized).toMatchObject({
      status: 'finalized',
      transcript: spoken.transcript,
      chunks: { total: 2, pending: 0, completed: 1, failed: 1 },
    });
  });

  it('fails a chunk whose transcript was deleted at the provider, and takes no text from it', async () => {
    const { api, simulator } = world();
    simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', status: 'processing' } });
    const { id } = await startChunk(api);
    const { transcriptId } = await waitUntil(
      () => api.chunk(id),
      ({ status }) => status === 'transcribing',
    );
    await fetch(`${simulator.url}/v2/transcript/${transcriptId ?? ''}`, {
      method: 'DELETE',
      headers: { authorization: 'a-key-of-the-tests' },
    });
    if (strategy === 'webhook') await simulator.assemblyai.sendWebhook(transcriptId ?? '');
    const chunk = await api.settledChunk(id);

    expect(chunk).toMatchObject({ status: 'failed', transcript: null, diarization: null });
    expect(chunk.error).toContain('deleted');
  });

  it.each([[null], ['']])(
    'reads [Nothing to transcribe] when neither stage finds words (%j)',
    async (text) => {
      const { api } = world();
      const chunk = await settleWith({ operation: 'submit', effect: { kind: 'outcome', text } });
      await api.finish(chunk.conversationId);
      const finalized = await api.finalizedConversation(chunk.conversationId);

      expect(chunk).toMatchObject({
        status: 'completed',
        transcript: '[Nothing to transcribe]',
        diarization: { data: { error: null } },
      });
      expect(ledger().counts.correct).toBe(1);
      expect(finalized).toMatchObject({ transcript: '[Nothing to transcribe]', summary: null });
    },
  );

  it('stores a text without the characters that cannot be stored', async () => {
    const chunk = await settleWith({
      operation: 'submit',
      effect: { kind: 'outcome', text: 'Good \u0000evening\ud800.' },
    });

    expect(chunk).toMatchObject({ status: 'completed', transcript: 'Good evening.', error: null });
    expect(chunk.diarization).toMatchObject({ data: { error: null, raw: { text: 'Good evening.' } } });
  });

  it('uploads again when the upload fails', async () => {
    const chunk = await settleWith({
      operation: 'upload',
      effect: { kind: 'status', status: 503 },
      times: 2,
    });

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(ledger().counts).toMatchObject({ upload: 3, submit: 1 });
  });

  it('fails a chunk at once when the upload is refused', async () => {
    const chunk = await settleWith({
      operation: 'upload',
      effect: { kind: 'status', status: 400, body: { error: 'Upload too large' } },
    });

    expect(chunk.status).toBe('failed');
    expect(chunk.error).toContain('Upload too large');
    expect(ledger().counts).toMatchObject({ upload: 1, submit: 0 });
  });
});
