import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from './support/api.js';
import { AudioHost } from './support/audio-host.js';
import { httpRequest, type HttpAnswer } from './support/http-request.js';
import { addChunkByUrl } from './support/open-submission.js';
import { ServiceProcess } from './support/service-process.js';
import { settleChunk } from './support/one-chunk.js';
import { CALLBACK_SECRET, World } from './support/test-service.js';
import { waitUntil } from './support/wait-until.js';

const KEY = 'the-key-of-the-front-end';
const HASHED = `frontend=sha256:${createHash('sha256').update(KEY).digest('hex')}`;
const OUTSIDE = '198.51.100.7';
const INSIDE = '203.0.113.9';

const statuses = (answers: readonly { status: number }[]): number[] => answers.map(({ status }) => status);

describe('access control', () => {
  const LIMIT = 5;
  let world: World;
  let api: Api;

  beforeAll(async () => {
    world = await World.start({
      env: {
        API_KEYS: `${HASHED}, plain-key`,
        PUBLIC_RATE_LIMIT: String(LIMIT),
        REFUSED_RATE_LIMIT: String(LIMIT),
        TRUST_PROXY: '1',
        CALLBACK_ALLOWED_IPS: `127.0.0.1, ${INSIDE}, 2001:db8::/32`,
      },
    });
    api = new Api(world.api.url, { authorization: `Bearer ${KEY}` });
  });

  afterAll(async () => {
    await world.stop();
  });

  /** Sends a request as a proxy forwards it. */
  const from = (
    address: string,
    path: string,
    headers: Record<string, string> = {},
    method = 'GET',
  ): Promise<HttpAnswer> =>
    httpRequest(world.api.url, {
      method,
      path,
      headers: { 'x-forwarded-for': address, ...headers },
      ...(method === 'POST' ? { body: '{"transcript_id":"a","status":"completed"}' } : {}),
    });

  async function times<T>(count: number, act: () => Promise<T>): Promise<T[]> {
    const results: T[] = [];
    for (let step = 0; step < count; step += 1) results.push(await act());
    return results;
  }

  it('accepts a key that is configured by its hash, and not the hash itself', async () => {
    const conversation = await api.createConversation();
    const asHash = new Api(api.url, { authorization: `Bearer ${HASHED.split(':')[1] ?? ''}` });
    const asEntry = new Api(api.url, { authorization: `Bearer ${HASHED}` });
    const plain = new Api(api.url, { authorization: 'Bearer plain-key' });

    expect((await plain.get(`/api/conversations/${conversation.id}`)).status).toBe(200);
    expect((await asHash.get(`/api/conversations/${conversation.id}`)).status).toBe(401);
    expect((await asEntry.get(`/api/conversations/${conversation.id}`)).status).toBe(401);
  });

  it('limits wrong keys from one address, but no right key and no other address', async () => {
    const path = '/api/chunks';
    const wrong = () => from('192.0.2.1', path, { authorization: 'Bearer wrong' });

    expect(statuses(await times(LIMIT, wrong))).toEqual(Array<number>(LIMIT).fill(401));
    const refused = await wrong();
    expect(refused).toMatchObject({
      status: 429,
      body: {
        statusCode: 429,
        error: 'Too Many Requests',
        message: expect.stringContaining('valid key') as unknown,
      },
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await from('192.0.2.1', path, { authorization: `Bearer ${KEY}` })).status).toBe(200);
    expect((await from('192.0.2.2', path)).status).toBe(401);
    expect(
      await world.api.metric('ringback_http_refusals_total', { scope: 'api', reason: 'throttled' }),
    ).toBe(1);
  });

  it('never counts requests with a right key', async () => {
    const answers = await times(LIMIT * 3, () => api.get('/api/chunks'));

    expect(new Set(statuses(answers))).toEqual(new Set([200]));
  });

  it.each(['/docs-json', '/no-such-page'])(
    'limits how often one address may ask for %s, and not other addresses',
    async (path) => {
      const ok = path === '/docs-json' ? 200 : 404;
      const address = path === '/docs-json' ? '192.0.2.3' : '192.0.2.4';
      const answers = await times(LIMIT + 1, () => from(address, path));

      expect(statuses(answers)).toEqual([...Array<number>(LIMIT).fill(ok), 429]);
      expect((await from('192.0.2.5', path)).status).toBe(ok);
    },
  );

  it('never limits requests for health', async () => {
    const answers = await Promise.all(
      Array.from({ length: LIMIT * 3 }, () => from('192.0.2.6', '/health/ready')),
    );

    expect(new Set(statuses(answers))).toEqual(new Set([200]));
  });

  it('accepts callbacks from listed addresses only, whatever address a caller claims', async () => {
    const path = '/api/webhooks/assemblyai';
    const headers = { 'x-assemblyai-webhook-secret': CALLBACK_SECRET };

    expect((await from(INSIDE, path, headers, 'POST')).status).toBe(404);
    expect((await from(OUTSIDE, path, headers, 'POST')).status).toBe(403);
    // The last entry is the proxy's own; entries that the caller wrote before it are ignored.
    expect((await from(`${INSIDE}, ${OUTSIDE}`, path, headers, 'POST')).status).toBe(403);
    expect(await world.api.metric('ringback_callbacks_total', { outcome: 'forbidden' })).toBe(2);
  });

  it.each([
    `${INSIDE}:51234`,
    `"${INSIDE}:51234"`,
    `[::ffff:${INSIDE}]:443`,
    `spoofed, [${INSIDE}]`,
    '"[2001:db8::9]:443"',
  ])('recognizes an address however a gateway writes it: %s', async (address) => {
    const headers = { 'x-assemblyai-webhook-secret': CALLBACK_SECRET };

    expect((await from(address, '/api/webhooks/assemblyai', headers, 'POST')).status).toBe(404);
  });

  it('answers a callback with 503 when the proxy does not name its address', async () => {
    const headers = { 'x-assemblyai-webhook-secret': CALLBACK_SECRET };

    expect((await from('_hidden', '/api/webhooks/assemblyai', headers, 'POST')).status).toBe(503);
    expect((await from(`${OUTSIDE}:51234`, '/api/webhooks/assemblyai', headers, 'POST')).status).toBe(403);
  });

  it.each([
    ['changing ports', (step: number) => `192.0.2.77:${50_000 + step}`],
    ['changing spellings', (step: number) => (step % 2 === 0 ? '::ffff:192.0.2.78' : '"192.0.2.78"')],
    ['values that are no address', (step: number) => `_hidden-${step}`],
  ])('counts a caller as one despite %s', async (_name, write) => {
    let step = 0;
    const answers = await times(LIMIT + 1, () => from(write((step += 1)), '/docs-json'));

    expect(statuses(answers)).toEqual([...Array<number>(LIMIT).fill(200), 429]);
  });

  it('never refuses a callback with the right secret because of others with a wrong one', async () => {
    const path = '/api/webhooks/assemblyai';
    const wrong = { 'x-assemblyai-webhook-secret': 'wrong' };
    const right = { 'x-assemblyai-webhook-secret': CALLBACK_SECRET };
    const answers = await times(LIMIT + 1, () => from(INSIDE, path, wrong, 'POST'));

    expect(statuses(answers)).toEqual([...Array<number>(LIMIT).fill(401), 429]);
    expect((await from(INSIDE, path, right, 'POST')).status).toBe(404);
  });

  it('gives every answer the security headers for browsers', async () => {
    const answers = await Promise.all([
      from('192.0.2.8', '/docs'),
      from('192.0.2.8', '/api/chunks'),
      from('192.0.2.8', '/no-such-page'),
      from('192.0.2.8', '/api/webhooks/assemblyai', {}, 'POST'),
    ]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringContaining("default-src 'self'") as unknown,
      });
      expect(headers).not.toHaveProperty('strict-transport-security');
      expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    }
  });

  it('serves the documentation, whose page has no inline script', async () => {
    const page = String((await from('192.0.2.9', '/docs')).body);
    const scripts = [...page.matchAll(/<script(?<attributes>[^>]*)>(?<code>[^<]*)<\/script>/g)];

    expect(scripts.length).toBeGreaterThan(0);
    for (const { groups } of scripts) {
      expect(groups?.attributes).toMatch(/src=["']\.?\/?(?:docs\/)?swagger-ui/);
      expect(groups?.code?.trim()).toBe('');
    }
  });
});

describe('an audioUrl that leads to the service’s own network', () => {
  let host: AudioHost;

  beforeAll(async () => {
    host = await AudioHost.start();
  });

  afterAll(async () => {
    await host.stop();
  });

  it.each([
    ['is not fetched for the correction, which goes on with the text alone', {}, 'none'],
    ['is fetched where the network is allowed', { ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8' }, 'inline'],
  ])('%s', async (_name, env, audio) => {
    const world = await World.start({ env });
    try {
      const { id } = await world.api.createConversation();
      const chunk = await world.api.settledChunk((await addChunkByUrl(world, id, host.newUrl())).id);
      const { note, error } = chunk.diarization?.data as { note: string; error: string | null };

      expect([chunk.status, error]).toEqual(['completed', null]);
      expect(world.simulator.ledger.corrections).toMatchObject([{ audio }]);
      expect(note.includes('leads to a private address')).toBe(audio === 'none');
    } finally {
      await world.stop();
    }
  });
});

describe('the log', () => {
  const SECRETS = {
    API_KEYS: `${HASHED}, plain-key-of-the-tests`,
    ASSEMBLYAI_API_KEY: 'secret-key-of-assemblyai',
    ASSEMBLYAI_WEBHOOK_SECRET: 'secret-of-callbacks',
    GEMINI_API_KEY: 'secret-key-of-gemini',
  };

  it('names the key that asked for a change, and the recording that was not used, and holds no secret', async () => {
    const world = await World.start({ strategy: 'polling' });
    const host = await AudioHost.start();
    await world.stopService();
    const service = await ServiceProcess.start(world.env(SECRETS));
    try {
      const api = new Api(`http://127.0.0.1:${world.port}`, { authorization: `Bearer ${KEY}` });
      world.simulator.faults.add(
        { operation: 'upload', effect: { kind: 'status', status: 401 }, times: 1 },
        { operation: 'correct', effect: { kind: 'status', status: 403 }, times: 1 },
      );
      const refused = await settleChunk(api);
      const uncorrected = await settleChunk(api);
      const conversation = await api.createConversation();
      const signed = `${host.newUrl()}?X-Signature=secret-of-a-url`;
      const answer = await api.post<{ id: string }>(`/api/conversations/${conversation.id}/chunks`, {
        audioUrl: signed,
      });
      await api.settledChunk(answer.body.id);
      await new Api(api.url, { authorization: 'Bearer wrong-key-of-somebody' }).get('/api/chunks');
      await waitUntil(
        () => Promise.resolve(service.output),
        (output) => output.includes('is corrected without its recording'),
      );

      expect([refused.status, uncorrected.status]).toEqual(['failed', 'completed']);
      expect(service.output).toContain(
        `POST /api/conversations/:id/chunks 202 key=\\"frontend\\" id=${conversation.id}`,
      );
      const secrets = [
        KEY,
        'plain-key-of',
        'secret-key',
        'secret-of',
        'wrong-key-of',
        new URL(world.database.url).password,
      ];
      for (const secret of secrets) expect(service.output).not.toContain(secret);
    } finally {
      await service.stop('SIGKILL');
      await host.stop();
      await world.stop();
    }
  });
});
