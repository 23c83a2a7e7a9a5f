import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InvalidSettingsError } from './settings.js';
import { type Simulator, startSimulator } from './simulator.js';
import { ApiClient } from './testing/api-client.js';
import { WaitTimeoutError } from './wait-for.js';

let simulator: Simulator;
let api: ApiClient;

beforeAll(async () => {
  simulator = await startSimulator({ latencyMs: 5 });
  api = new ApiClient(simulator);
});
afterEach(() => simulator.reset());
afterAll(() => simulator.close());

describe('the control API', () => {
  it('sets faults, one or a list, shows them and takes them away', async () => {
    const drop = { operation: 'webhook', effect: { kind: 'drop' } };
    const hang = { operation: 'get', times: 1, effect: { kind: 'hang' } };
    expect((await api.request('POST', '/_simulator/faults', drop)).status).toBe(201);
    const answer = await api.request('POST', '/_simulator/faults', [hang, drop]);
    expect(answer.json.faults).toEqual([
      { fault: drop, left: 'forever', struck: 0 },
      { fault: hang, left: 1, struck: 0 },
      { fault: drop, left: 'forever', struck: 0 },
    ]);
    expect((await api.request('GET', '/_simulator/faults')).json).toEqual(answer.json);
    expect((await api.request('DELETE', '/_simulator/faults')).status).toBe(204);
    expect(simulator.faults.list()).toEqual([]);
  });

  it.each(['{"operation":', '{"operation":"get","effect":{"kind":"early"}}', ''])(
    'answers an invalid fault (%j) with a 400 that says why',
    async (body) => {
      const answer = await api.request('POST', '/_simulator/faults', body);
      expect(answer.status).toBe(400);
      expect(typeof answer.json.error).toBe('string');
    },
  );

  it('returns the ledger', async () => {
    const first = await api.submitted();
    const second = await api.submitted();
    const ledger = (await api.request('GET', '/_simulator/ledger?last=1')).json;
    expect(ledger).toMatchObject({
      counts: { submit: 2, get: 0, correct: 0 },
      transcriptCount: 2,
      billed: 2,
      transcripts: [{ id: second }],
      submits: [{ transcriptId: second }],
    });
    expect((await api.request('GET', '/_simulator/ledger')).json.transcripts).toMatchObject([
      { id: first },
      { id: second },
    ]);
  });

  it('changes settings, and refuses invalid ones', async () => {
    const changed = await api.request('PUT', '/_simulator/settings', {
      latencyMs: [5, 10],
      accountConcurrency: 3,
    });
    expect(changed.json).toMatchObject({ latencyMs: [5, 10], accountConcurrency: 3 });
    const refused = await api.request('PUT', '/_simulator/settings', { latencyMs: 1, accountConcurrency: 0 });
    expect(refused.status).toBe(400);
    expect(refused.json.error).toBe('accountConcurrency: must be a whole number of 1 or more');
    expect(simulator.settings).toMatchObject({ latencyMs: [5, 10], accountConcurrency: 3 });
    simulator.updateSettings({ latencyMs: 5, accountConcurrency: 200 });
  });

  it('restarts the random numbers of the seed, and forgets uploads', async () => {
    const statuses = async () => {
      simulator.faults.add({ operation: 'list', probability: 0.5, effect: { kind: 'status', status: 500 } });
      const seen: number[] = [];
      while (seen.length < 20) {
        seen.push((await api.request('GET', '/v2/transcript')).status);
      }
      return seen;
    };
    await simulator.reset();
    const first = await statuses();
    const audio_url = await api.upload(new Uint8Array(10));
    await simulator.reset();
    expect(await statuses()).toEqual(first);
    expect((await api.submit({ audio_url })).status).toBe(403);
  });

  it('resets', async () => {
    simulator.faults.add({ operation: 'get', effect: { kind: 'hang' } });
    simulator.hooks.beforeSubmitResponse = () => undefined;
    const id = await api.submitted();
    expect((await api.request('POST', '/_simulator/reset')).status).toBe(204);
    expect((await api.get(id)).status).toBe(404);
    expect(simulator.ledger.counts).toMatchObject({ submit: 0, get: 1 });
    expect(simulator.hooks).toEqual({});
  });
});

describe('the settings', () => {
  const impossible: [string, unknown][] = [
    ['latency', 1],
    ['latencyMs', -1],
    ['latencyMs', [10, 5]],
    ['latencyMs', NaN],
    ['webhookMaxAttempts', 0],
    ['unknownIdStatus', 500],
    ['retiredModels', 'gemini-2.5-pro'],
    ['retiredModels', [3]],
    ['speechModels', null],
    ['deprecatedSpeechModels', ['']],
    ['refusedLanguages', 'xx'],
  ];
  it.each(impossible)('refuse %s of %j', (name, value) => {
    expect(() => {
      simulator.updateSettings({ [name]: value });
    }).toThrow(InvalidSettingsError);
  });

  it('that are invalid stop the start', async () => {
    await expect(startSimulator({ latencyMs: -1 })).rejects.toThrow(InvalidSettingsError);
  });
});

describe('waiting for a fact', () => {
  it('ends at once when it is true already', async () => {
    await api.submit();
    await simulator.waitFor(({ submits }) => submits.length === 1, 1);
  });

  it('ends when it becomes true', async () => {
    const waiting = simulator.waitFor(({ counts }) => counts.submit === 3);
    await Promise.all([api.submit(), api.submit(), api.submit()]);
    await waiting;
  });

  it('fails after its time with what is known', async () => {
    const waiting = simulator.waitFor(() => false, 10);
    await expect(waiting).rejects.toThrow(WaitTimeoutError);
    await expect(waiting).rejects.toThrow('"submit":0');
  });

  it('fails with what the predicate throws', async () => {
    const broken = () => {
      throw new RangeError('broken');
    };
    await expect(simulator.waitFor(broken)).rejects.toThrow(RangeError);
  });
});

describe('a hook', () => {
  it('before the submit response sees the transcript before its submitter does', async () => {
    let seenId: string | undefined;
    let answered = false;
    simulator.hooks.beforeSubmitResponse = async (transcript) => {
      await simulator.assemblyai.finish(transcript.id);
      seenId = answered ? undefined : transcript.id;
    };
    const { json } = await api.submit();
    answered = true;
    expect(json).toMatchObject({ id: seenId, status: 'queued' });
  });

  it('before the answer to a GET can still change that answer', async () => {
    simulator.updateSettings({ latencyMs: 60_000 });
    const id = await api.submitted();
    simulator.hooks.beforeGetResponse = (transcript) => simulator.assemblyai.finish(transcript.id);
    expect((await api.get(id)).json.status).toBe('completed');
    simulator.updateSettings({ latencyMs: 5 });
  });

  it('that fails in the background makes the next reset fail, but still resets', async () => {
    simulator.hooks.beforeWebhook = () => {
      throw new Error('the hook is broken');
    };
    const id = await api.submitted({ webhook_url: 'http://127.0.0.1:1/' });
    await simulator.waitFor(({ transcripts }) => transcripts.get(id)?.endedAt != null);
    await expect(simulator.reset()).rejects.toMatchObject({ errors: [{ message: 'the hook is broken' }] });
    const next = await api.submitted();
    await simulator.waitFor(({ transcripts }) => transcripts.get(next)?.status === 'completed');
  });

  it('that fails in the background makes the end of the simulator fail', async () => {
    const other = await startSimulator({ latencyMs: 0 });
    other.hooks.beforeWebhook = () => {
      throw new Error('the hook is broken');
    };
    const id = await new ApiClient(other).submitted({ webhook_url: 'http://127.0.0.1:1/' });
    await other.waitFor(({ transcripts }) => transcripts.get(id)?.endedAt != null);
    await expect(other.close()).rejects.toMatchObject({ errors: [{ message: 'the hook is broken' }] });
  });
});

describe('a simulator that is closed', () => {
  it('releases hanging requests and sleeping jobs, and its port is free again', async () => {
    const first = await startSimulator({ latencyMs: 60_000 });
    const client = new ApiClient(first);
    first.faults.add({ operation: 'get', effect: { kind: 'hang' } });
    const id = await client.submitted();
    const hanging = client.get(id);
    await first.waitFor(({ counts }) => counts.get === 1);
    await first.close();
    await expect(hanging).rejects.toThrow('fetch failed');
    const second = await startSimulator({ port: first.port });
    expect(second.url).toBe(first.url);
    await second.close();
    await second.close();
  });
});
