import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Effect } from '../simulator/fault-types.js';
import { wav } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { holdNext } from './support/hold-next.js';
import { litellmEnv } from './support/litellm-env.js';
import { addChunkByUrl } from './support/open-submission.js';
import { settleChunk, startChunk } from './support/one-chunk.js';
import { query } from './support/record.js';
import { ServiceProcess, SHORT_JOB_LOCK_MS } from './support/service-process.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';
import { wipeQueues } from './support/wipe-queues.js';

/** Requests for one chunk that may go without an answer. */
const MAX_LOST_REQUESTS = 5;
const TIMEOUT_MS = 1_000;
const HEARD = 'Write to adaeze.okonkwo@example.org.';
const REDACTED = 'Write to <redacted_email>.';

describe('a provider that answers the request with the transcript', () => {
  const world = sharedWorld(() =>
    World.start({
      env: (simulator) => ({
        ...litellmEnv(simulator),
        RETRY_BASE_MS: '5',
        TRANSCRIBE_TIMEOUT_MS: String(TIMEOUT_MS),
        LITELLM_TRANSCRIPTION_MAX_BYTES: '20000',
        ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
      }),
    }),
  );
  let host: AudioHost;

  beforeAll(async () => {
    host = await AudioHost.start();
  });
  afterAll(async () => {
    await host.stop();
  });

  const requests = () => world().simulator.ledger.counts.transcribe;
  const failWith = (effect: Effect, times?: number) => {
    world().simulator.faults.add({ operation: 'transcribe', effect, times });
  };

  it('is sent the recording once, with a file name for its format, hotwords and the configured language', async () => {
    await settleChunk(world().api, { language: 'nl-NL', transcriptPrompt: 'Merwede, Femke de Graaf' });

    expect(world().simulator.ledger.transcriptions).toMatchObject([
      {
        status: 200,
        dialect: 'openai',
        model: 'whisper-1',
        language: 'nl',
        prompt: 'Merwede, Femke de Graaf',
        responseFormat: 'verbose_json',
        fileName: 'recording.wav',
      },
    ]);
  });

  it('detects the language itself when none is set', async () => {
    await settleChunk(world().api);

    expect(world().simulator.ledger.transcriptions).toMatchObject([{ language: null, prompt: null }]);
  });

  it('has its word times kept, in milliseconds', async () => {
    failWith({ kind: 'text', text: 'Two words.' });
    const chunk = await settleChunk(world().api);

    expect(chunk).toMatchObject({ transcript: 'Two words.', transcriptId: null, strategy: null });
    expect(chunk.diarization).toMatchObject({
      schema: 'LITELLM',
      data: {
        text: 'Two words.',
        audio_duration: expect.any(Number) as unknown,
        language_code: 'en',
        words: [
          { text: 'Two', start: 0, end: expect.any(Number) as unknown },
          { text: 'words.', start: expect.any(Number) as unknown, end: expect.any(Number) as unknown },
        ],
      },
    });
  });

  it('may be given a URL instead of a recording', async () => {
    const { id } = await world().api.createConversation();
    const chunk = await addChunkByUrl(world(), id, host.newUrl());

    expect(await world().api.settledChunk(chunk.id)).toMatchObject({ status: 'completed' });
    expect(world().simulator.ledger.transcriptions).toMatchObject([{ fileName: 'recording.wav' }]);
  });

  it('may not be given a URL of our own network', async () => {
    const { id } = await world().api.createConversation();
    const chunk = await addChunkByUrl(world(), id, 'http://10.0.0.1/recording.wav');

    expect(await world().api.settledChunk(chunk.id)).toMatchObject({
      status: 'failed',
      errorCode: 'private_address',
      error: expect.stringContaining('ALLOWED_PRIVATE_NETWORKS') as unknown,
    });
    expect(requests()).toBe(0);
  });

  it.each<[string, Effect]>([
    ['answers 429', { kind: 'status', status: 429 }],
    ['answers 503', { kind: 'status', status: 503 }],
    ['cuts the connection', { kind: 'cut' }],
    ['loses its answer', { kind: 'lostReply' }],
    ['answers with HTML', { kind: 'body', body: '<html>Bad Gateway</html>' }],
    ['does not answer in time', { kind: 'hang' }],
  ])('is asked again when it %s', async (_what, effect) => {
    failWith(effect, 1);

    expect(await settleChunk(world().api)).toMatchObject({ status: 'completed', error: null });
    expect(requests()).toBe(2);
  });

  it('is not asked again before the pause that its 429 asks for', async () => {
    failWith({ kind: 'status', status: 429, headers: { 'retry-after': '1' } }, 1);
    await settleChunk(world().api);

    const [refused, answered] = world().simulator.ledger.transcriptions;
    expect((answered?.time ?? 0) - (refused?.time ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it('is asked a bounded number of times for a recording that it never answers', async () => {
    failWith({ kind: 'cut' });
    const chunk = await settleChunk(world().api);

    expect(chunk).toMatchObject({ status: 'failed', errorCode: 'connection_lost', transcript: null });
    expect(chunk.error).toMatch(/no transcript in 5 requests; try the chunk again/);
    expect(requests()).toBe(MAX_LOST_REQUESTS);
  });

  it('is asked as often again when the chunk is restarted', async () => {
    failWith({ kind: 'cut' }, MAX_LOST_REQUESTS + 1);
    const failed = await settleChunk(world().api);
    await world().api.post(`/api/transcription/chunks/${failed.id}`);
    const chunk = await waitUntil(
      () => world().api.chunk(failed.id),
      ({ status }) => status === 'completed',
    );

    expect(chunk.error).toBeNull();
    expect(requests()).toBe(MAX_LOST_REQUESTS + 2);
  });

  it('is asked more often than that when it only throttles', async () => {
    failWith({ kind: 'status', status: 429 }, MAX_LOST_REQUESTS + 1);

    expect(await settleChunk(world().api)).toMatchObject({ status: 'completed' });
    expect(requests()).toBe(MAX_LOST_REQUESTS + 2);
  });

  it.each<[string, Effect, object]>([
    [
      'refuses the key',
      { kind: 'status', status: 401, body: { error: { message: 'Incorrect API key provided.' } } },
      {
        errorCode: 'unauthorized',
        error: expect.stringContaining('LITELLM_TRANSCRIPTION_API_KEY') as unknown,
      },
    ],
    ['does not know the model', { kind: 'status', status: 404 }, { errorCode: 'wrong_url' }],
    [
      'finds the recording too short',
      {
        kind: 'status',
        status: 400,
        body: { error: { message: 'Audio file is too short. Minimum audio length is 0.1 seconds.' } },
      },
      { errorCode: 'no_speech' },
    ],
  ])('is not asked again when it %s', async (_what, effect, expected) => {
    failWith(effect);

    expect(await settleChunk(world().api)).toMatchObject({ status: 'failed', ...expected });
    expect(requests()).toBe(1);
  });

  it('is not sent a recording that is too large to be held in memory', async () => {
    const { api } = world();
    const { id } = await api.createConversation();
    const chunk = await api.addChunk(id, { audio: wav('long', 10) });

    expect(await api.settledChunk(chunk.id)).toMatchObject({
      status: 'failed',
      errorCode: 'audio_too_large',
    });
    expect(requests()).toBe(0);
  });

  it('has its text redacted by patterns where redaction is asked for', async () => {
    failWith({ kind: 'text', text: HEARD });
    const chunk = await settleChunk(world().api, { redactPii: true });

    expect(chunk.transcript).toBe(REDACTED);
    expect(JSON.stringify(chunk.diarization)).not.toContain('okonkwo');
  });

  it('is not asked at all for an anonymized conversation, whose names it could not take out', async () => {
    const chunk = await settleChunk(world().api, { anonymize: true });

    expect(chunk).toMatchObject({ status: 'failed', errorCode: 'withheld' });
    expect(requests()).toBe(0);
  });
});

describe('a request for a transcript whose job or worker is lost', () => {
  const world = sharedWorld(() =>
    World.start({ env: (simulator) => ({ ...litellmEnv(simulator), RECONCILE_INTERVAL_MS: '250' }) }),
  );

  it('is not made a second time while the first may be alive', async () => {
    const { api, simulator } = world();
    const gate = holdNext(world(), 'beforeTranscriptionResponse');
    const { id } = await startChunk(api);
    await gate.reached;
    expect(await api.chunk(id)).toMatchObject({ status: 'transcribing' });
    await wipeQueues(world());
    await waitUntil(
      () => api.metric('ringback_reconciler_repairs_total', { kind: 'transcribe' }),
      (repairs) => repairs >= 1,
    );
    await waitUntil(
      () => api.metric('ringback_jobs_total', { job: 'transcribe', outcome: 'slept' }),
      (slept) => slept >= 1,
    );
    gate.open();

    expect(await api.settledChunk(id)).toMatchObject({ status: 'completed' });
    expect(simulator.ledger.counts.transcribe).toBe(1);
  });

  it('is made again by another process once it is certainly dead, and an unsent one goes to the provider configured now', async () => {
    const { simulator, database } = world();
    await world().stopService();
    const held = holdNext(world(), 'beforeTranscriptionResponse');
    const shortLock = { JOB_LOCK_MS: SHORT_JOB_LOCK_MS };
    const killed = await ServiceProcess.start(world().env({ ...shortLock, TRANSCRIBE_CONCURRENCY: '1' }));
    const [sent, waiting] = [await startChunk(world().api), await startChunk(world().api)];
    await held.reached;
    await waitUntil(
      () => submissionsOf(waiting.id),
      (statuses) => statuses.join() === 'created',
    );
    await killed.stop('SIGKILL');
    held.open();
    await query(database.url, 'update submissions set lease_until = now()');
    const assemblyai = { TRANSCRIPTION_PROVIDER: 'AssemblyAI', ASSEMBLYAI_API_KEY: 'a-key-of-the-tests' };
    await world().startService({ ...shortLock, ...assemblyai });

    expect(await world().api.settledChunk(sent.id)).toMatchObject({
      status: 'completed',
      strategy: 'webhook',
    });
    expect(await world().api.settledChunk(waiting.id)).toMatchObject({ status: 'completed' });
    expect(await submissionsOf(sent.id)).toEqual(['abandoned', 'completed']);
    expect(await submissionsOf(waiting.id)).toEqual(['abandoned', 'completed']);
    expect(simulator.ledger.counts).toMatchObject({ transcribe: 1, submit: 2 });
  });

  async function submissionsOf(chunkId: string): Promise<string[]> {
    const rows = await query<{ status: string }>(
      world().database.url,
      'select status from submissions where chunk_id = $1 order by id',
      [chunkId],
    );
    return rows.map(({ status }) => status);
  }
});

describe('an Azure deployment', () => {
  const world = sharedWorld(() =>
    World.start({
      env: (simulator) => ({
        ...litellmEnv(simulator),
        LITELLM_TRANSCRIPTION_API_BASE: simulator.url,
        LITELLM_TRANSCRIPTION_MODEL: 'azure/my-gpt-4o-transcribe',
        LITELLM_TRANSCRIPTION_API_VERSION: '2025-03-01-preview',
      }),
    }),
  );

  it('is asked in Azure’s format', async () => {
    expect(await settleChunk(world().api)).toMatchObject({ status: 'completed' });
    expect(world().simulator.ledger.transcriptions).toMatchObject([
      {
        status: 200,
        dialect: 'azure',
        model: 'my-gpt-4o-transcribe',
        apiVersion: '2025-03-01-preview',
        responseFormat: 'json',
      },
    ]);
  });
});

describe('Gemini as the only provider', () => {
  const world = sharedWorld(() =>
    World.start({ env: { TRANSCRIPTION_PROVIDER: 'Gemini', ASSEMBLYAI_API_KEY: '', RETRY_BASE_MS: '5' } }),
  );
  const saying = (text: string): Effect => ({
    kind: 'text',
    text: JSON.stringify({ corrected_transcript: text, note: 'A note.' }),
  });

  it('anonymizes in one pass, and patterns redact its answer as well', async () => {
    world().simulator.faults.add({ operation: 'listen', effect: saying(HEARD) });
    const chunk = await settleChunk(world().api, { anonymize: true });

    expect(chunk).toMatchObject({
      status: 'completed',
      transcript: REDACTED,
      diarization: { schema: 'Dembrane-26-01-redaction', data: { note: 'A note.', raw: {}, error: null } },
    });
    expect(world().simulator.ledger.listenings).toMatchObject([{ redaction: true, audio: 'inline' }]);
  });

  it('is asked a bounded number of times when its answers are malformed, as each is paid for', async () => {
    world().simulator.faults.add({ operation: 'listen', effect: { kind: 'text', text: 'no JSON' } });
    const chunk = await settleChunk(world().api);

    expect(chunk).toMatchObject({ status: 'failed', errorCode: 'invalid_answer' });
    expect(world().simulator.ledger.counts.listen).toBe(MAX_LOST_REQUESTS);
  });

  it('may answer that nothing was said', async () => {
    world().simulator.faults.add({ operation: 'listen', effect: saying('') });

    expect(await settleChunk(world().api)).toMatchObject({
      status: 'completed',
      transcript: '[Nothing to transcribe]',
    });
  });
});
