import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setTimeout } from 'node:timers/promises';
import type { Effect } from '../fault-types.js';
import { type Simulator, startSimulator } from '../simulator.js';
import { ApiClient } from '../testing/api-client.js';
import { WebhookReceiver } from '../testing/webhook-receiver.js';

let simulator: Simulator;
let api: ApiClient;
let receiver: WebhookReceiver;

beforeAll(async () => {
  simulator = await startSimulator({ latencyMs: 5, webhookRetryDelayMs: 5 });
  api = new ApiClient(simulator);
});
beforeEach(async () => {
  receiver = await WebhookReceiver.start();
});
afterEach(async () => {
  await receiver.close();
  await simulator.reset();
});
afterAll(() => simulator.close());

const SECRET = 'the secret';

const submit = (fields: Record<string, unknown> = {}) =>
  api.submitted({
    webhook_url: `${receiver.url}/callback?token=a&submission=s-1`,
    webhook_auth_header_name: 'X-AssemblyAI-Webhook-Secret',
    webhook_auth_header_value: SECRET,
    ...fields,
  });

/** Submits, and waits until the callback is delivered or given up. */
async function delivered(fields?: Record<string, unknown>): Promise<string> {
  const done = new Promise<void>((resolve) => {
    simulator.hooks.afterWebhook = () => {
      resolve();
    };
  });
  const id = await submit(fields);
  await done;
  return id;
}

const strike = (effect: Effect) => {
  simulator.faults.add({ operation: 'webhook', effect });
};

describe('the callback', () => {
  it('has the id and the status, the custom header, and the query of its URL', async () => {
    const id = await delivered();
    expect(receiver.received).toMatchObject([
      {
        path: '/callback?token=a&submission=s-1',
        headers: { 'x-assemblyai-webhook-secret': SECRET, 'content-type': 'application/json' },
      },
    ]);
    expect(receiver.received[0]?.body).toEqual({ transcript_id: id, status: 'completed' });
    expect((await api.get(id)).json.webhook_status_code).toBe(200);
    expect(simulator.ledger.webhookAttempts).toMatchObject([
      { transcriptId: id, submission: 's-1', attempt: 1, status: 200, error: null },
    ]);
  });

  it('says error, and nothing more, of a job that failed', async () => {
    simulator.faults.add({
      operation: 'submit',
      effect: { kind: 'outcome', status: 'error', error: 'because' },
    });
    const id = await delivered();
    expect(receiver.received.map(({ body }) => body)).toEqual([{ transcript_id: id, status: 'error' }]);
  });

  it('is not sent for a job without webhook URL', async () => {
    const id = await api.submitted();
    await simulator.assemblyai.finish(id);
    expect((await api.get(id)).json).toMatchObject({ webhook_status_code: null, webhook_auth: false });
    expect(simulator.ledger.webhookAttempts).toHaveLength(0);
  });

  it('is tried again after a 5xx and after a redirect, which is not followed, until a 2xx', async () => {
    const answers = [500, { status: 302, headers: { location: `${receiver.url}/elsewhere` } }, 503, 204];
    receiver.answer = (_callback, number) => answers[number - 1] ?? 418;
    const id = await delivered();
    expect(simulator.ledger.webhookAttempts.map(({ status }) => status)).toEqual([500, 302, 503, 204]);
    expect(receiver.received.every(({ path }) => path.startsWith('/callback'))).toBe(true);
    expect((await api.get(id)).json.webhook_status_code).toBe(204);
  });

  it.each([400, 401, 404, 429])('is not tried again after a %i', async (status) => {
    receiver.answer = () => status;
    await delivered();
    expect(receiver.received).toHaveLength(1);
    expect(simulator.ledger.webhookAttempts).toMatchObject([{ status }]);
  });

  it('is given up after ten tries', async () => {
    receiver.answer = () => 500;
    await delivered();
    expect(receiver.received).toHaveLength(10);
    expect(simulator.ledger.webhookAttempts.map(({ attempt }) => attempt)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  it('is tried again when the receiver is unreachable, or does not answer in time', async () => {
    simulator.updateSettings({ webhookTimeoutMs: 30, webhookMaxAttempts: 2 });
    try {
      receiver.answer = () => 'hang';
      await delivered();
      expect(simulator.ledger.webhookAttempts).toMatchObject([
        { status: null, error: 'TIMEOUT' },
        { status: null, error: 'TIMEOUT' },
      ]);
      const id = await delivered({ webhook_url: 'http://127.0.0.1:1/' });
      expect(simulator.ledger.webhookAttempts.at(-1)).toMatchObject({ error: 'ECONNREFUSED', attempt: 2 });
      expect((await api.get(id)).json.webhook_status_code).toBeNull();
    } finally {
      simulator.updateSettings({ webhookTimeoutMs: 10_000, webhookMaxAttempts: 10 });
    }
  });

  it('can be sent again by a test', async () => {
    const id = await delivered();
    await simulator.assemblyai.sendWebhook(id);
    expect(receiver.received.map(({ body }) => body)).toEqual(
      Array(2).fill({ transcript_id: id, status: 'completed' }),
    );
  });

  it('is followed by one without transcript id when redacted audio was asked for', async () => {
    const id = await delivered({ redact_pii: true, redact_pii_audio: true });
    expect(receiver.received.map(({ body }) => body)).toEqual([
      { transcript_id: id, status: 'completed' },
      { status: 'redacted_audio_ready', redacted_audio_url: expect.stringMatching(/^https:/) as unknown },
    ]);
    expect(simulator.ledger.webhookAttempts[1]).toMatchObject({ kind: 'redactedAudio', transcriptId: null });
  });
});

describe('a fault of the callback', () => {
  it('drop: none is sent, and the ledger counts it', async () => {
    strike({ kind: 'drop' });
    const id = await submit();
    await simulator.waitFor(({ transcripts }) => transcripts.get(id)?.webhooksDropped === 1);
    expect(simulator.ledger.webhookAttempts).toHaveLength(0);
  });

  it('duplicate: the same is sent several times at the same moment', async () => {
    strike({ kind: 'duplicate', copies: 2 });
    let release: () => void = () => undefined;
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    receiver.answer = async (_callback, number) => {
      if (number === 3) {
        release();
      }
      // The receiver answers only after the third callback has arrived: they do not wait for each
      // other.
      await all;
      return 200;
    };
    await delivered();
    expect(receiver.received).toHaveLength(3);
  });

  it('early: it is answered before the submit is, and the job has ended by then', async () => {
    strike({ kind: 'early' });
    let submitAnswered = false;
    let seen: unknown;
    receiver.answer = async ({ body }) => {
      const { transcript_id } = body as { transcript_id: string };
      seen = { submitAnswered, status: (await api.get(transcript_id)).json.status };
      return 200;
    };
    const answer = await api.submit({ webhook_url: `${receiver.url}/` });
    submitAnswered = true;
    expect(seen).toEqual({ submitAnswered: false, status: 'completed' });
    expect(answer.json.status).toBe('queued');
    expect(receiver.received).toHaveLength(1);
  });

  it('wrongSecret: the header has another value', async () => {
    strike({ kind: 'wrongSecret' });
    receiver.answer = ({ headers }) => (headers['x-assemblyai-webhook-secret'] === SECRET ? 200 : 401);
    await delivered();
    expect(simulator.ledger.webhookAttempts).toMatchObject([{ status: 401, fault: 'wrongSecret' }]);
  });

  it('redactedAudioReady: a second one comes although it was not requested', async () => {
    strike({ kind: 'redactedAudioReady' });
    await delivered();
    expect(receiver.received[1]?.body).toMatchObject({ status: 'redacted_audio_ready' });
    expect(receiver.received[1]?.headers['x-assemblyai-webhook-secret']).toBe(SECRET);
  });

  it('delay: it comes that much later', async () => {
    strike({ kind: 'delay', ms: 80 });
    const id = await delivered();
    const [attempt] = simulator.ledger.webhookAttempts;
    const waitedMs = (attempt?.time ?? 0) - (simulator.assemblyai.find(id)?.endedAt ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(79);
  });

  it('strikes only the submission that it names', async () => {
    simulator.faults.add({ operation: 'webhook', match: { submission: 's-2' }, effect: { kind: 'drop' } });
    const dropped = await submit({ webhook_url: `${receiver.url}/?submission=s-2` });
    const sent = await delivered();
    await simulator.waitFor(({ transcripts }) => transcripts.get(dropped)?.webhooksDropped === 1);
    expect(receiver.received.map(({ body }) => body)).toEqual([{ transcript_id: sent, status: 'completed' }]);
  });
});

describe('a reset', () => {
  it('in the middle of the tries ends them', async () => {
    simulator.updateSettings({ webhookRetryDelayMs: 60_000 });
    try {
      receiver.answer = () => 500;
      await submit();
      await simulator.waitFor(({ webhookAttempts }) => webhookAttempts.length === 1);
      await simulator.reset();
      expect(simulator.ledger.webhookAttempts).toHaveLength(0);
      receiver.answer = () => 200;
      await delivered();
      expect(receiver.received).toHaveLength(2);
    } finally {
      simulator.updateSettings({ webhookRetryDelayMs: 5 });
    }
  });

  it('while a recording is being fetched ends its job without a callback', async () => {
    receiver.answer = ({ path }) => (path === '/audio.wav' ? 'hang' : 200);
    simulator.updateSettings({ latencyMs: 0 });
    try {
      await submit({ audio_url: `${receiver.url}/audio.wav` });
      await receiver.receives(1);
      // The job's latency of 0 started earlier and a later, longer timer ends after it, so only the
      // download is left.
      await setTimeout(2);
      await simulator.reset();
      expect(receiver.received.map(({ path }) => path)).not.toContain('/callback?token=a&submission=s-1');
    } finally {
      simulator.updateSettings({ latencyMs: 5 });
    }
  });

  it('while the receiver hangs cuts the try, and nothing of it is in the new ledger', async () => {
    receiver.answer = () => 'hang';
    await submit();
    await receiver.receives(1);
    await simulator.reset();
    expect(simulator.ledger.counts.webhook).toBe(0);
  });
});
