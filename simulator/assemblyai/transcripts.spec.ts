import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSamplesFolder } from '../samples.js';
import { type Simulator, startSimulator } from '../simulator.js';
import { ApiClient } from '../testing/api-client.js';

let simulator: Simulator;
let api: ApiClient;

beforeAll(async () => {
  simulator = await startSimulator({ latencyMs: 20 });
  api = new ApiClient(simulator);
});
afterEach(async () => {
  simulator.updateSettings({ latencyMs: 20, accountConcurrency: 200, unknownIdStatus: 404 });
  await simulator.reset();
});
afterAll(() => simulator.close());

const ended = (id: string) => simulator.waitFor(({ transcripts }) => transcripts.get(id)?.endedAt != null);

describe('the key', () => {
  const refused: [string, Record<string, string>][] = [
    ['is missing', {}],
    ['is unknown', { authorization: 'invalid' }],
    ['has Bearer before it', { authorization: 'Bearer test-key' }],
  ];
  it.each(refused)(
    'that %s is answered 401 with the message of the real provider',
    async (_case, headers) => {
      const stranger = new ApiClient(simulator, headers);
      for (const answer of [
        await stranger.submit(),
        await stranger.get('any'),
        await stranger.request('GET', '/v2/transcript'),
      ]) {
        expect(answer.status).toBe(401);
        expect(answer.json).toEqual({ error: 'Authentication error, API token missing/invalid' });
      }
      expect((await stranger.request('POST', '/v2/upload', new Uint8Array(10))).status).toBe(401);
      expect(simulator.ledger.transcripts.size).toBe(0);
    },
  );

  it('must be one of those that were configured', async () => {
    const strict = await startSimulator({ apiKeys: ['first', 'second'] });
    try {
      const statusWith = async (authorization: string) =>
        (await new ApiClient(strict, { authorization }).submit()).status;
      expect(await statusWith('second')).toBe(200);
      expect(await statusWith('third')).toBe(401);
    } finally {
      await strict.close();
    }
  });
});

describe('a submit', () => {
  it('is answered with the whole queued transcript, without the secret of its webhook', async () => {
    const answer = await api.submit({
      webhook_url: 'http://127.0.0.1:1/callback?submission=s-1',
      webhook_auth_header_name: 'X-Secret',
      webhook_auth_header_value: 'very secret',
      keyterms_prompt: ['Wilgenbrug'],
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      status: 'queued',
      text: null,
      words: null,
      error: null,
      webhook_auth: true,
      webhook_auth_header_name: 'X-Secret',
      webhook_status_code: null,
      keyterms_prompt: ['Wilgenbrug'],
      speech_models: ['universal-2'],
    });
    expect(answer.text).not.toContain('very secret');
    expect(JSON.stringify(simulator.ledger.submits)).not.toContain('very secret');
    expect(simulator.ledger.submits).toMatchObject([
      { status: 200, submission: 's-1', transcriptId: answer.json.id },
    ]);
  });

  const sixWords = 'a phrase of just six words';
  const refused: [string, Record<string, unknown>][] = [
    ['no audio_url', { audio_url: undefined }],
    ['an audio_url that is no URL', { audio_url: '/etc/passwd' }],
    ['empty speech_models', { speech_models: [] }],
    ['a retired model', { speech_models: ['nano'] }],
    ['an unknown field', { audio_uri: 'https://example.org' }],
    ['1001 key terms', { speech_models: ['universal-3-5-pro'], keyterms_prompt: Array(1001).fill('term') }],
    ['201 key terms for Universal-2 alone', { keyterms_prompt: Array(201).fill('term') }],
    ['a key term of seven words', { keyterms_prompt: [`${sixWords} more`] }],
    ['an emoji in a key term', { keyterms_prompt: ['bridge 🚲'] }],
    ['key terms and a prompt', { keyterms_prompt: ['term'], prompt: 'A meeting.' }],
    ['word_boost', { word_boost: ['term'] }],
    ['a language and detection', { language_code: 'nl', language_detection: true }],
    ['a webhook that is no URL', { webhook_url: 'localhost:3000' }],
    ['half a webhook header', { webhook_auth_header_name: 'X-Secret' }],
  ];
  it.each(refused)('with %s is a 400 that makes no transcript', async (_case, fields) => {
    const answer = await api.submit(fields);
    expect(answer.status).toBe(400);
    expect(typeof answer.json.error).toBe('string');
    expect(simulator.ledger.submits).toMatchObject([{ status: 400, transcriptId: null }]);
    expect(simulator.ledger.transcripts.size).toBe(0);
  });

  const accepted: [string, Record<string, unknown>][] = [
    [
      '1000 key terms',
      { speech_models: ['assemblyai-stt-3-7', 'universal-2'], keyterms_prompt: Array(1000).fill('term') },
    ],
    ['a key term of six words', { keyterms_prompt: [sixWords] }],
    ['letters of many languages', { keyterms_prompt: ['Škoda', 'Київ', '東京'] }],
    ['detection without a language', { language_detection: true }],
  ];
  it.each(accepted)('with %s is accepted', async (_case, fields) => {
    expect((await api.submit(fields)).status).toBe(200);
  });

  it.each(['{"audio_url":', '[]', ''])('whose body is %j is a 400', async (body) => {
    expect((await api.request('POST', '/v2/transcript', body)).status).toBe(400);
  });
});

describe('a job', () => {
  it('goes from queued through processing to completed, and is billed', async () => {
    const seen = new Set<string | undefined>();
    const stop = simulator.ledger.onChange(() => {
      seen.add([...simulator.ledger.transcripts.values()][0]?.status);
    });
    const id = await api.submitted();
    await ended(id);
    stop();
    expect((await api.get(id)).json.status).toBe('completed');
    expect([...seen]).toEqual([undefined, 'queued', 'processing', 'completed']);
    expect(simulator.ledger.transcripts.get(id)).toMatchObject({ billed: true, status: 'completed' });
  });

  it('recognizes a sample by its content and returns the words with their times', async () => {
    const [sample] = simulator.samples.manifest.recordings;
    const bytes = readFileSync(join(findSamplesFolder(), sample?.file ?? ''));
    const id = await api.submitted({ audio_url: await api.upload(bytes), language_detection: true });
    await ended(id);
    const { json } = await api.get(id);
    expect(json).toMatchObject({
      status: 'completed',
      text: sample?.heard,
      audio_duration: Math.ceil(sample?.durationSeconds ?? 0),
      language_code: 'en',
      language_confidence: expect.any(Number) as unknown,
      speech_model_used: 'universal-2',
    });
    const words = json.words as { text: string; start: number; end: number }[];
    expect(words.map(({ text }) => text).join(' ')).toBe(sample?.heard);
    expect(words.every(({ start, end }, place) => start < end && start >= (words[place - 1]?.end ?? 0))).toBe(
      true,
    );
    expect(words.at(-1)?.end).toBeLessThanOrEqual(1000 * (sample?.durationSeconds ?? 0));
  });

  it('above the concurrency of the account waits, throttled, in the order of the submits', async () => {
    simulator.updateSettings({ latencyMs: 60_000, accountConcurrency: 1 });
    const [running, second, third] = [await api.submitted(), await api.submitted(), await api.submitted()];
    expect((await api.get(second)).json).toMatchObject({ status: 'queued', throttled: true });
    await simulator.assemblyai.finish(running);
    expect((await api.get(second)).json.throttled).toBe(false);
    expect((await api.get(third)).json.throttled).toBe(true);
    simulator.updateSettings({ accountConcurrency: 2 });
    expect((await api.get(third)).json.throttled).toBe(false);
  });

  it('that a fault makes fail says why, and is not billed', async () => {
    const error = 'language_detection cannot be performed on files with no spoken audio';
    simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', status: 'error', error } });
    const id = await api.submitted();
    await ended(id);
    const answer = await api.get(id);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ status: 'error', error, text: null });
    expect(simulator.ledger.transcripts.get(id)?.billed).toBe(false);
  });

  it.each([null, '', 'with a \u0000 in it'])(
    'whose fault sets the text %j completes with it',
    async (text) => {
      simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', text } });
      const id = await api.submitted();
      await ended(id);
      expect((await api.get(id)).json).toMatchObject({ status: 'completed', text });
    },
  );

  it('whose fault sets no end stays in processing until the test finishes it', async () => {
    simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', status: 'processing' } });
    const id = await api.submitted();
    await simulator.waitFor(({ transcripts }) => transcripts.get(id)?.status === 'processing');
    await simulator.assemblyai.finish(id);
    expect((await api.get(id)).json.status).toBe('completed');
  });
});

describe('an unknown id', () => {
  it('is a 404 by the specification, or a 400 as the cookbook shows', async () => {
    expect((await api.get('unknown')).status).toBe(404);
    expect((await api.request('DELETE', '/v2/transcript/unknown')).status).toBe(404);
    simulator.updateSettings({ unknownIdStatus: 400 });
    const answer = await api.get('unknown');
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ error: 'Transcript lookup error, transcript id not found' });
  });
});

describe('the list', () => {
  const idsOf = (json: Record<string, unknown>) => (json.transcripts as { id: string }[]).map(({ id }) => id);

  it('is newest first and can be paged in both directions', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      ids.unshift(await api.submitted());
    }
    const path = (url: unknown) => String(url).slice(simulator.url.length);
    const first = await api.request('GET', '/v2/transcript?limit=2');
    expect(idsOf(first.json)).toEqual(ids.slice(0, 2));
    const details = first.json.page_details as Record<string, unknown>;
    expect(details).toMatchObject({
      limit: 2,
      result_count: 2,
      current_url: `${simulator.url}/v2/transcript?limit=2`,
    });
    const older = await api.request('GET', path(details.prev_url));
    expect(idsOf(older.json)).toEqual(ids.slice(2, 4));
    const newer = await api.request('GET', path((older.json.page_details as typeof details).next_url));
    expect(idsOf(newer.json)).toEqual(ids.slice(0, 2));
  });

  it('has ten entries by default, and at most two hundred', async () => {
    await Promise.all(Array.from({ length: 12 }, () => api.submit()));
    expect(idsOf((await api.request('GET', '/v2/transcript')).json)).toHaveLength(10);
    expect(idsOf((await api.request('GET', '/v2/transcript?limit=200')).json)).toHaveLength(12);
    for (const limit of ['0', '201', 'many']) {
      expect((await api.request('GET', `/v2/transcript?limit=${limit}`)).status).toBe(400);
    }
  });

  it('can be filtered by status and day', async () => {
    const done = await api.submitted();
    await ended(done);
    simulator.updateSettings({ latencyMs: 60_000 });
    await api.submit();
    const today = new Date(simulator.assemblyai.find(done)?.createdAt ?? 0).toISOString().slice(0, 10);
    const list = async (query: string) => (await api.request('GET', `/v2/transcript?${query}`)).json;
    expect(idsOf(await list('status=completed'))).toEqual([done]);
    expect(idsOf(await list(`status=completed&created_on=${today}`))).toEqual([done]);
    expect(idsOf(await list('created_on=2020-01-01'))).toEqual([]);
    expect((await list('status=completed')).transcripts).toMatchObject([
      {
        audio_url: 'https://example.org/recording.wav',
        error: null,
        resource_url: `${simulator.url}/v2/transcript/${done}`,
      },
    ]);
  });
});

describe('a deleted transcript', () => {
  it('is completed and has the message of the real provider in place of its text', async () => {
    const id = await api.submitted({ webhook_url: 'http://127.0.0.1:1/' });
    await ended(id);
    for (const answer of [await api.request('DELETE', `/v2/transcript/${id}`), await api.get(id)]) {
      expect(answer.status).toBe(200);
      expect(answer.json).toMatchObject({
        id,
        status: 'completed',
        text: 'Deleted by user.',
        audio_url: 'http://deleted_by_user',
        webhook_url: 'http://deleted_by_user',
        words: null,
      });
    }
  });

  it('stays deleted when it was deleted before its end', async () => {
    simulator.updateSettings({ latencyMs: 60_000, accountConcurrency: 1 });
    const id = await api.submitted();
    const next = await api.submitted();
    await api.request('DELETE', `/v2/transcript/${id}`);
    await simulator.assemblyai.finish(id);
    expect((await api.get(id)).json.text).toBe('Deleted by user.');
    expect((await api.get(next)).json.throttled).toBe(false);
  });
});
