import { describe, expect, it } from 'vitest';
import type { Effect, Fault } from '../simulator/fault-types.js';
import { wav } from './support/api.js';
import { Gate } from './support/gate.js';
import { settleChunk, startChunk } from './support/one-chunk.js';
import { query } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

/** Tries of a correction, and of a summary. */
const TRIES = 6;
const HEARD = 'the bridge over the Merwede opens in may';
const CORRECTED = 'The bridge over the Merwede opens in May.';
const NOTHING = '[Nothing to transcribe]';

/** Transient faults, which are tried again, and the error of the chunk when they last. */
const PASSING: [string, Effect, RegExp][] = [
  ['answers 429', { kind: 'status', status: 429 }, /429: too many requests/],
  ['answers 503', { kind: 'status', status: 503 }, /503/],
  ['cuts the connection', { kind: 'cut' }, /could not be reached/],
  ['sends a page of HTML', { kind: 'body', body: '<html>Bad Gateway</html>' }, /not JSON/],
  ['writes prose instead of JSON', { kind: 'text', text: `Sure! ${HEARD}` }, /not a JSON object/],
  ['leaves out a field', { kind: 'text', text: JSON.stringify({ corrected_transcript: 'x' }) }, /lacks/],
  [
    'gives a field of the wrong type',
    { kind: 'text', text: '{"corrected_transcript":[],"note":""}' },
    /lacks/,
  ],
  ['has no candidates', { kind: 'empty' }, /without content/],
  ['is cut off', { kind: 'finish', finishReason: 'MAX_TOKENS' }, /ran out of output tokens/],
];

/** Permanent faults, which are not tried again, and the error of the chunk. */
const FINAL: [string, Effect, RegExp][] = [
  ['answers 400', { kind: 'status', status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } }, /400/],
  ['answers 403', { kind: 'status', status: 403 }, /403.*GEMINI_API_KEY/],
  ['blocks the prompt', { kind: 'blocked', reason: 'PROHIBITED_CONTENT' }, /PROHIBITED_CONTENT/],
  ['withholds its answer', { kind: 'finish', finishReason: 'SAFETY' }, /SAFETY/],
];

describe('a correction model that fails', () => {
  const world = sharedWorld(
    () => World.start({ env: { RETRY_BASE_MS: '5', CORRECTION_WINDOW_SECONDS: '3600' } }),
    {
      prepare: ({ simulator }) => {
        simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', text: HEARD } });
      },
    },
  );

  const settleWith = async (...faults: Fault[]) => {
    world().simulator.faults.add(...faults);
    return settleChunk(world().api);
  };
  const counts = () => world().simulator.ledger.counts;

  it.each(PASSING)('is asked again when it %s', async (_what, effect) => {
    const chunk = await settleWith(
      { operation: 'correct', effect, times: 2 },
      { operation: 'correct', effect: saying(CORRECTED) },
    );

    expect(chunk).toMatchObject({
      status: 'completed',
      transcript: CORRECTED,
      error: null,
      diarization: { schema: 'Dembrane-25-09', data: { error: null, note: 'A note.' } },
    });
    expect(counts().correct).toBe(3);
  });

  it.each(PASSING)(
    'leaves the first-stage text as the final one, with the reason, when each time it %s',
    async (_what, effect, reason) => {
      const chunk = await settleWith({ operation: 'correct', effect });

      expect(counts().correct).toBe(TRIES);
      expectFallback(chunk, reason);
    },
  );

  it.each(FINAL)(
    'leaves the first-stage text as the final one without asking again when it %s',
    async (_what, effect, reason) => {
      const chunk = await settleWith({ operation: 'correct', effect });

      expect(counts().correct).toBe(1);
      expectFallback(chunk, reason);
    },
  );

  function expectFallback(chunk: Awaited<ReturnType<typeof settleChunk>>, reason: RegExp): void {
    expect(chunk).toMatchObject({
      status: 'completed',
      transcript: HEARD,
      error: null,
      diarization: {
        schema: 'Dembrane-25-09',
        data: { note: null, error: expect.stringMatching(reason) as unknown, raw: { text: HEARD } },
      },
    });
  }

  it('is not asked again before the pause that its 429 asks for', async () => {
    const chunk = await settleWith({
      operation: 'correct',
      effect: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
      times: 1,
    });

    const [refused, answered] = world().simulator.ledger.corrections;
    expect(chunk.diarization).toMatchObject({ data: { error: null } });
    expect((answered?.time ?? 0) - (refused?.time ?? 0)).toBeGreaterThanOrEqual(1_000);
    expect(counts().correct).toBe(2);
  });

  it('leaves the first-stage text as the final one when each try ends in an unexpected error', async () => {
    const gate = new Gate();
    world().simulator.hooks.beforeGetResponse = gate.pass;
    const { id } = await startChunk(world().api);
    await gate.reached;
    await query(world().database.url, "update chunks set audio_key = 'damaged by hand' where id = $1", [id]);
    gate.open();

    expectFallback(await world().api.settledChunk(id), /itself failed.*InvalidAudioKeyError/);
    expect(counts().correct).toBe(0);
  });

  it('does not hide the first-stage text while it works', async () => {
    const gate = new Gate();
    world().simulator.hooks.beforeCorrectionResponse = gate.pass;
    world().simulator.faults.add({ operation: 'correct', effect: saying(CORRECTED) });
    const { id } = await startChunk(world().api);
    await gate.reached;
    const pending = await world().api.chunk(id);
    gate.open();
    const settled = await world().api.settledChunk(id);

    expect(pending).toMatchObject({
      status: 'correcting',
      transcript: HEARD,
      completedAt: null,
      diarization: {
        schema: 'Dembrane-25-09-assemblyai-partial',
        data: { id: pending.transcriptId, text: HEARD, status: 'completed' },
      },
    });
    expect(pending.transcribedAt).not.toBeNull();
    expect(settled).toMatchObject({ status: 'completed', transcript: CORRECTED });
  });

  it('leaves no character in the text that cannot be stored', async () => {
    const chunk = await settleWith({ operation: 'correct', effect: saying('The \u0000bridge\ud800 opens.') });

    expect(chunk).toMatchObject({ status: 'completed', transcript: 'The bridge opens.', error: null });
    expect(counts().correct).toBe(1);
  });

  it('may answer that nothing was said', async () => {
    const chunk = await settleWith({ operation: 'correct', effect: saying('  ') });

    expect(chunk).toMatchObject({ status: 'completed', transcript: NOTHING });
    expect(chunk.diarization).toMatchObject({ data: { error: null, raw: { text: HEARD } } });
  });

  it('is not sent a recording that is too large for a request and cannot be cut, and the note says so', async () => {
    const { api, simulator } = world();
    simulator.faults.clear();
    // Without times of words there is no place for a cut.
    const effect = { kind: 'outcome', text: HEARD, timedWords: 0 } as const;
    simulator.faults.add({ operation: 'submit', effect });
    const conversation = await api.createConversation();
    const { id } = await api.addChunk(conversation.id, { audio: wav('large', 900) });
    const chunk = await api.settledChunk(id);

    expect(chunk).toMatchObject({ status: 'completed', transcript: HEARD });
    expect(chunk.diarization).toMatchObject({
      data: {
        error: null,
        note: expect.stringMatching(/larger than \d+ bytes.*from the text only/) as unknown,
      },
    });
    expect(world().simulator.ledger.corrections).toMatchObject([{ audio: 'none' }]);
  });

  it('is sent the recording itself otherwise', async () => {
    await settleChunk(world().api);

    const [upload] = world().simulator.ledger.uploads;
    expect(world().simulator.ledger.corrections).toMatchObject([
      { audio: 'inline', audioSha256: upload?.sha256, audioBytes: upload?.bytes },
    ]);
  });

  it.each<[string, Effect, number]>([
    ['goes on failing', { kind: 'status', status: 503 }, TRIES],
    ['is refused', { kind: 'status', status: 400 }, 1],
    ['makes no sense', { kind: 'text', text: 'no summary' }, TRIES],
  ])('leaves a finalized conversation without a summary when that %s', async (_what, effect, tries) => {
    world().simulator.faults.add({ operation: 'summarize', effect });
    const chunk = await settleChunk(world().api);
    await world().api.finish(chunk.conversationId);
    const conversation = await waitUntil(
      () => world().api.conversation(chunk.conversationId),
      ({ summaryError }) => summaryError !== null,
    );

    expect(conversation).toMatchObject({ status: 'finalized', transcript: HEARD, summary: null });
    expect(counts().summarize).toBe(tries);
  });

  it('is asked again for a summary that failed once', async () => {
    world().simulator.faults.add({
      operation: 'summarize',
      effect: { kind: 'status', status: 503 },
      times: 1,
    });
    const chunk = await settleChunk(world().api);
    await world().api.finish(chunk.conversationId);
    const conversation = await world().api.summarizedConversation(chunk.conversationId);

    expect(conversation.summary).toContain('the bridge over the Merwede');
    expect(counts().summarize).toBe(2);
  });
});

describe('without a correction model', () => {
  const world = sharedWorld(() => World.start({ env: { GEMINI_API_KEY: '' } }));

  it('completes chunks with the first-stage text, says so, and finalizes without a summary', async () => {
    const chunk = await settleChunk(world().api);
    await world().api.finish(chunk.conversationId);
    const conversation = await world().api.finalizedConversation(chunk.conversationId);

    expect(chunk).toMatchObject({ status: 'completed', error: null });
    expect(chunk.transcript).toContain('simulated transcript');
    expect(chunk.diarization).toMatchObject({
      schema: 'Dembrane-25-09',
      data: { note: null, error: expect.stringContaining('No correction model is configured') as unknown },
    });
    expect(conversation).toMatchObject({ transcript: chunk.transcript, summary: null });
    expect(world().simulator.ledger.counts).toMatchObject({ correct: 0, summarize: 0 });
  });
});

function saying(text: string): Effect {
  return { kind: 'text', text: JSON.stringify({ corrected_transcript: text, note: 'A note.' }) };
}
