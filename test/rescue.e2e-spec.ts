import { describe, expect, it } from 'vitest';
import type { Effect, Fault } from '../simulator/fault-types.js';
import { wav } from './support/api.js';
import { litellmEnv } from './support/litellm-env.js';
import { settleChunk, startChunk } from './support/one-chunk.js';
import { locationsHolding } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { STRATEGIES, World } from './support/test-service.js';
import { Gate } from './support/gate.js';
import { wipeQueues } from './support/wipe-queues.js';

const HEARD_ALONE = 'The bridge opens in May.';
const FAST = { RETRY_BASE_MS: '5', RECONCILE_INTERVAL_MS: '250' };
/** Tries of a rescue, as of a correction. */
const TRIES = 6;

const saying = (text: string): Effect => ({
  kind: 'text',
  text: JSON.stringify({ corrected_transcript: text, note: 'A note.' }),
});
const jobFails = (error: string): Fault => ({
  operation: 'submit',
  effect: { kind: 'outcome', status: 'error', error },
});

/**
 * Ways in which the first stage fails for another reason than missing speech, and the code that the
 * chunk would have.
 */
const FAILURES: [string, Fault, string][] = [
  [
    'the provider cannot download the recording',
    jobFails('Download error, unable to download it.'),
    'download',
  ],
  ['the provider finds no audio in it', jobFails('File does not appear to contain audio.'), 'not_audio'],
  ['the provider fails with an unknown error', jobFails('A new sentence.'), 'other'],
  [
    'the request is refused',
    { operation: 'submit', effect: { kind: 'status', status: 400, body: { error: 'No.' } } },
    'rejected',
  ],
  ['the key is refused', { operation: 'upload', effect: { kind: 'status', status: 401 } }, 'unauthorized'],
];

describe.each(STRATEGIES)('with RESCUE_FAILED_TRANSCRIPTS and the %s strategy', (strategy) => {
  const world = sharedWorld(
    () => World.start({ strategy, env: { ...FAST, RESCUE_FAILED_TRANSCRIPTS: 'true' } }),
    {
      prepare: ({ simulator }) => {
        simulator.faults.add({ operation: 'listen', effect: saying(HEARD_ALONE) });
      },
    },
  );

  it.each(FAILURES)(
    'a chunk is transcribed from the recording alone when %s',
    async (_what, fault, errorCode) => {
      const { api, simulator } = world();
      simulator.faults.add(fault);
      const rescued = await api.metric('ringback_rescues_total', { outcome: 'rescued' });
      const chunk = await settleChunk(api, { transcriptPrompt: 'Merwede' });
      await api.finish(chunk.conversationId);
      const conversation = await api.finalizedConversation(chunk.conversationId);

      expect(chunk).toMatchObject({
        status: 'completed',
        transcript: HEARD_ALONE,
        error: null,
        diarization: {
          schema: 'Dembrane-25-09',
          data: {
            note: 'A note.',
            raw: {},
            error: null,
            rescued: { errorCode, error: expect.any(String) as unknown },
          },
        },
      });
      expect(conversation.transcript).toBe(HEARD_ALONE);
      expect(simulator.ledger.counts).toMatchObject({ listen: 1, correct: 0 });
      expect(simulator.ledger.listenings).toMatchObject([
        { audio: 'inline', prompt: expect.stringContaining('Merwede') as unknown },
      ]);
      expect(await api.metric('ringback_rescues_total', { outcome: 'rescued' })).toBe(rescued + 1);
    },
  );

  it.each([
    'language_detection cannot be performed on files with no spoken audio.',
    'Audio duration is too short.',
  ])('a chunk in which nothing was said is not: %s', async (error) => {
    world().simulator.faults.add(jobFails(error));

    expect(await settleChunk(world().api)).toMatchObject({ status: 'failed', errorCode: 'no_speech' });
    expect(world().simulator.ledger.counts.listen).toBe(0);
  });

  it('the rescue survives the loss of its job', async () => {
    const { api, simulator } = world();
    simulator.faults.add(jobFails('A new sentence.'));
    const gate = new Gate();
    simulator.hooks.beforeCorrectionResponse = gate.pass;
    const { id } = await startChunk(api);
    await gate.reached;
    expect(await api.chunk(id)).toMatchObject({ status: 'correcting', transcript: null });
    await wipeQueues(world());
    gate.open();

    expect(await api.settledChunk(id)).toMatchObject({ status: 'completed', transcript: HEARD_ALONE });
  });
});

describe('a rescue', () => {
  const world = sharedWorld(() => World.start({ env: { ...FAST, RESCUE_FAILED_TRANSCRIPTS: 'true' } }), {
    prepare: ({ simulator }) => {
      simulator.faults.add(jobFails('A new sentence.'));
    },
  });
  const listening = (effect: Effect) => {
    world().simulator.faults.add({ operation: 'listen', effect });
  };

  it.each<[string, Effect, number]>([
    ['goes on failing', { kind: 'status', status: 503 }, TRIES],
    ['is refused', { kind: 'blocked', reason: 'PROHIBITED_CONTENT' }, 1],
  ])('that %s leaves the chunk failed, with both reasons', async (_what, effect, tries) => {
    listening(effect);
    const chunk = await settleChunk(world().api);

    expect(chunk).toMatchObject({ status: 'failed', errorCode: 'other', transcript: null });
    expect(chunk.error).toMatch(/"A new sentence\.".*The model could not transcribe the recording either: /);
    expect(world().simulator.ledger.counts.listen).toBe(tries);
  });

  it('of a recording that is too large to listen to leaves the chunk failed', async () => {
    const { id: conversationId } = await world().api.createConversation();
    const { id } = await world().api.addChunk(conversationId, { audio: wav('large', 900) });
    const chunk = await world().api.settledChunk(id);

    expect(chunk).toMatchObject({ status: 'failed', errorCode: 'other' });
    expect(chunk.error).toMatch(/cannot be listened to.*larger than/);
    expect(world().simulator.ledger.counts.listen).toBe(0);
  });

  it('of an anonymized chunk stores the redacted text alone', async () => {
    listening(saying('Write to adaeze.okonkwo@example.org.'));
    const chunk = await settleChunk(world().api, { anonymize: true });

    expect(chunk).toMatchObject({
      status: 'completed',
      transcript: 'Write to <redacted_email>.',
      diarization: { schema: 'Dembrane-26-01-redaction', data: { raw: {}, rescued: { errorCode: 'other' } } },
    });
    expect(world().simulator.ledger.listenings).toMatchObject([{ redaction: true }]);
    expect(await locationsHolding(world(), 'okonkwo')).toEqual([]);
  });

  it('that failed may be tried again from the start', async () => {
    world().simulator.faults.add({ operation: 'listen', effect: { kind: 'status', status: 400 }, times: 1 });
    const failed = await settleChunk(world().api);
    await world().simulator.reset();
    await world().api.post(`/api/transcription/chunks/${failed.id}`);
    const chunk = await world().api.settledChunk(failed.id);

    expect(chunk.status).toBe('completed');
    expect(chunk.diarization).toMatchObject({ data: { error: null } });
    expect(chunk.diarization?.data).not.toHaveProperty('rescued');
  });
});

describe('without RESCUE_FAILED_TRANSCRIPTS', () => {
  const world = sharedWorld(() => World.start({ env: FAST }));

  it('no model hears what the first stage could not', async () => {
    world().simulator.faults.add(jobFails('A new sentence.'));

    expect(await settleChunk(world().api)).toMatchObject({ status: 'failed', errorCode: 'other' });
    expect(world().simulator.ledger.counts.listen).toBe(0);
  });
});

describe('a rescue after a self-hosted first stage', () => {
  const world = sharedWorld(() =>
    World.start({
      env: (simulator) => ({ ...litellmEnv(simulator), ...FAST, RESCUE_FAILED_TRANSCRIPTS: 'true' }),
    }),
  );

  it('works in the same way', async () => {
    world().simulator.faults.add(
      { operation: 'transcribe', effect: { kind: 'status', status: 400 } },
      { operation: 'listen', effect: saying(HEARD_ALONE) },
    );

    expect(await settleChunk(world().api)).toMatchObject({
      status: 'completed',
      transcript: HEARD_ALONE,
      diarization: { schema: 'Dembrane-25-09', data: { rescued: { errorCode: 'rejected' } } },
    });
  });
});
