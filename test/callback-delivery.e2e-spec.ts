import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AudioHost } from './support/audio-host.js';
import { addChunkByUrl, openSubmission, type OpenSubmission } from './support/open-submission.js';
import { callbackTraces } from './support/submission-record.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { CALLBACK_SECRET, World } from './support/test-service.js';

const UNAVAILABLE = {
  statusCode: 503,
  error: 'Service Unavailable',
  message: expect.any(String) as unknown,
  code: 'unavailable',
  requestId: expect.any(String) as unknown,
};

let host: AudioHost;

beforeAll(async () => {
  host = await AudioHost.start();
});

afterAll(async () => {
  await host.stop();
});

describe('the callback of a process that has no workers', () => {
  it('is recorded without a call to any provider, and its work waits for a worker', async () => {
    const world = await World.start();
    try {
      const open = await openSubmission(world, host);
      await world.stopService();
      await world.startService({ ROLE: 'api' });
      const { ledger, assemblyai } = world.simulator;
      const before = { ...ledger.counts };

      await assemblyai.finish(open.transcriptId);

      expect(ledger.webhookAttempts.map(({ status }) => status)).toEqual([200]);
      expect(ledger.counts).toEqual({ ...before, webhook: 1 });
      expect((await callbackTraces(world, open.submission)).callbacks).toBe(1);
      await world.stopService();
      await world.startService();
      expect((await world.api.settledChunk(open.chunk.id)).status).toBe('completed');
    } finally {
      await world.stop();
    }
  });
});

describe('the secrets of a callback', () => {
  it('are rotated without losing a callback: the first is sent with new submissions, all are accepted', async () => {
    const world = await World.start();
    try {
      const before = await openSubmission(world, host);
      await world.stopService();
      await world.startService({ ASSEMBLYAI_WEBHOOK_SECRET: `the-next-secret,${CALLBACK_SECRET}` });
      const after = await openSubmission(world, host);
      const secrets = [before, after].map(
        ({ transcriptId }) => world.simulator.assemblyai.find(transcriptId)?.params.webhookHeader?.value,
      );

      await Promise.all(
        [before, after].map(({ transcriptId }) => world.simulator.assemblyai.finish(transcriptId)),
      );

      expect(secrets).toEqual([CALLBACK_SECRET, 'the-next-secret']);
      expect(world.simulator.ledger.webhookAttempts.map(({ status }) => status)).toEqual([200, 200]);
      for (const { chunk } of [before, after]) {
        expect((await world.api.settledChunk(chunk.id)).status).toBe('completed');
      }
      await world.stopService();
      await world.startService({ ASSEMBLYAI_WEBHOOK_SECRET: 'the-next-secret' });
      const refused = await world.callback({ transcript_id: 'a', status: 'completed' });
      const allowed = await world.callback(
        { transcript_id: 'a', status: 'completed' },
        { secret: 'the-next-secret' },
      );
      expect([refused.status, allowed.status]).toEqual([401, 404]);
    } finally {
      await world.stop();
    }
  });
});

describe('the callback URL', () => {
  it('keeps the query string that was configured, also when it has a parameter of our own name', async () => {
    const world = await World.start();
    try {
      await world.stopService();
      const configured = `${world.callbackUrl}?tenant=a%20b&submission=theirs&flag`;
      await world.startService({ ASSEMBLYAI_WEBHOOK_URL: configured });
      const audioUrl = host.newUrl();
      // The submitter does not know the id yet when this callback comes: only the query names its
      // submission.
      world.simulator.faults.add({ operation: 'webhook', effect: { kind: 'early' } });
      const { id } = await world.api.createConversation();
      const chunk = await addChunkByUrl(world, id, audioUrl);

      expect((await world.api.settledChunk(chunk.id)).status).toBe('completed');

      const [submit] = world.simulator.ledger.submits;
      expect(submit?.body?.webhook_url).toMatch(
        new RegExp(`^${escaped(configured)}&submission=[0-9a-f-]{36}$`),
      );
      expect(world.simulator.ledger.webhookAttempts.map(({ status }) => status)).toEqual([200]);
    } finally {
      await world.stop();
    }
  });
});

describe('the callback of a service that polls', () => {
  it('is answered with 503 when no secret is configured, so that the provider calls again', async () => {
    const world = await World.start({ strategy: 'polling' });
    try {
      for (const secret of [null, '', CALLBACK_SECRET]) {
        const answer = await world.callback({ transcript_id: 'a', status: 'completed' }, { secret });
        expect([answer.status, answer.body]).toEqual([503, UNAVAILABLE]);
      }
    } finally {
      await world.stop();
    }
  });

  it('is still processed when the secret has been left in place', async () => {
    const world = await World.start({
      strategy: 'polling',
      env: { ASSEMBLYAI_WEBHOOK_SECRET: CALLBACK_SECRET, POLL_INTERVAL_MS: '60000' },
    });
    try {
      const open = await openSubmission(world, host);
      await world.simulator.assemblyai.finish(open.transcriptId);
      const answer = await world.callback({ transcript_id: open.transcriptId, status: 'completed' });
      expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
      expect((await world.api.settledChunk(open.chunk.id)).status).toBe('completed');
    } finally {
      await world.stop();
    }
  });
});

describe('the callback while the database is down', () => {
  let world: World;
  let proxy: TcpProxy;
  let open: OpenSubmission;

  beforeAll(async () => {
    world = await World.start();
    await world.stopService();
    const { proxy: started, url } = await TcpProxy.start(world.database.url);
    proxy = started;
    await world.startService({ DATABASE_URL: url });
    open = await openSubmission(world, host);
  });

  afterAll(async () => {
    await proxy.open();
    await world.stop();
    await proxy.close();
  });

  it('is answered with 503, and processed when the provider calls again', async () => {
    await proxy.close();
    const body = { transcript_id: open.transcriptId, status: 'completed' };
    for (const submission of [open.submission, undefined]) {
      const answer = await world.callback(body, { submission });
      expect([answer.status, answer.body]).toEqual([503, UNAVAILABLE]);
    }
    // These are refused without reading the database.
    const refused = await world.callback(body, { submission: open.submission, secret: 'wrong' });
    const ignored = await world.callback({ status: 'redacted_audio_ready' });
    const malformed = await world.callback({ status: 'completed' });
    expect([refused.status, ignored.status, malformed.status]).toEqual([401, 200, 400]);

    const { ledger, assemblyai } = world.simulator;
    const delivered = assemblyai.finish(open.transcriptId);
    await world.simulator.waitFor(() => ledger.webhookAttempts.some(({ status }) => status === 503));
    await proxy.open();
    await delivered;

    expect(ledger.webhookAttempts.at(-1)?.status).toBe(200);
    expect((await world.api.settledChunk(open.chunk.id)).status).toBe('completed');
    expect(ledger.transcripts.size).toBe(1);
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
