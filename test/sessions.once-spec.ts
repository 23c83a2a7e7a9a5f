import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { expectError } from './support/expect-error.js';
import { httpRequest, type HttpAnswer } from './support/http-request.js';
import { query } from './support/record.js';
import { sharedWorld } from './support/shared-world.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { World } from './support/test-service.js';

const KEY = 'the-key-of-the-console-tests';
const OTHER_KEY = 'another-key-of-the-console-tests';
const WEEK_SECONDS = 604_800;
const NO_SESSION = { signedIn: false, required: true, name: null, expiresAt: null };

const keys = (...all: string[]) => ({
  API_KEYS: all.map((key) => `${key.slice(0, 7)}=sha256:${sha256(key).toString('hex')}`).join(','),
});

function sha256(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}

interface Sent {
  headers?: Record<string, string>;
  body?: unknown;
}

async function send(world: World, method: string, path: string, sent: Sent = {}): Promise<HttpAnswer> {
  const { headers = {}, body } = sent;
  return httpRequest(world.api.url, {
    method,
    path,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

const signIn = (world: World, apiKey: unknown = KEY, headers = {}): Promise<HttpAnswer> =>
  send(world, 'POST', '/api/session', { body: { apiKey }, headers });

/** The cookie of a login, as a browser sends it back. */
async function cookieOf(world: World, apiKey = KEY): Promise<string> {
  const answer = await signIn(world, apiKey);
  expect(answer.status).toBe(200);
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

const own = (world: World): { origin: string } => ({ origin: world.api.url });

describe('a login', () => {
  const world = sharedWorld(() => World.start({ env: keys(KEY, OTHER_KEY) }));

  it('gives a cookie that stands for the key, and that no script can read', async () => {
    const { status, headers, body } = await signIn(world());

    expect(status).toBe(200);
    expect(body).toEqual({ name: 'the-key', expiresAt: expect.any(String) as unknown });
    const seconds = (Date.parse((body as { expiresAt: string }).expiresAt) - Date.now()) / 1_000;
    expect(Math.abs(seconds - WEEK_SECONDS)).toBeLessThan(60);
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^ringback_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/,
      ),
    ]);
  });

  it('opens the API, with the right to change it for pages of the service only', async () => {
    const cookie = await cookieOf(world());
    expect((await send(world(), 'GET', '/api/chunks', { headers: { cookie } })).status).toBe(200);

    const create = (headers: Record<string, string>): Promise<HttpAnswer> =>
      send(world(), 'POST', '/api/conversations', { body: {}, headers: { cookie, ...headers } });
    expect((await create(own(world()))).status).toBe(201);
    const refused: Record<string, string>[] = [
      {},
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
      { origin: '' },
      { origin: world().api.url.replace('http:', 'https:') },
      { origin: `${world().api.url}0` },
      { 'sec-fetch-site': 'same-origin' },
      { 'x-forwarded-host': 'elsewhere.example', origin: 'http://elsewhere.example' },
    ];
    for (const headers of refused) expectError(await create(headers), 403, 'foreign_origin');
  });

  it('is not needed with the key itself, which decides when both are sent', async () => {
    const cookie = await cookieOf(world());
    const create = (authorization: string): Promise<HttpAnswer> =>
      send(world(), 'POST', '/api/conversations', { body: {}, headers: { cookie, authorization } });
    expect((await create(`Bearer ${KEY}`)).status).toBe(201);
    expectError(await create('Bearer wrong'), 401, 'unauthorized');
  });

  it('can be read, and ended', async () => {
    const cookie = await cookieOf(world(), OTHER_KEY);
    const read = (): Promise<HttpAnswer> => send(world(), 'GET', '/api/session', { headers: { cookie } });
    expect((await read()).body).toEqual({
      signedIn: true,
      required: true,
      name: 'another',
      expiresAt: expect.any(String) as unknown,
    });

    const ended = await send(world(), 'DELETE', '/api/session', { headers: { cookie, ...own(world()) } });

    expect([ended.status, ended.body]).toEqual([204, '']);
    expect(ended.headers['set-cookie']).toEqual([
      expect.stringMatching(/^ringback_session=; .*Expires=Thu, 01 Jan 1970.*HttpOnly; SameSite=Strict$/),
    ]);
    expect((await read()).body).toEqual(NO_SESSION);
    expectError(await send(world(), 'GET', '/api/chunks', { headers: { cookie } }), 401, 'unauthorized');
    expect((await send(world(), 'DELETE', '/api/session')).status).toBe(204);
  });

  it('ends the session that the browser had before', async () => {
    const cookie = await cookieOf(world());
    await signIn(world(), KEY, { cookie });
    expectError(await send(world(), 'GET', '/api/chunks', { headers: { cookie } }), 401);
  });

  it.each(['POST', 'DELETE'])('is refused to a page of another origin: %s', async (method) => {
    const body = method === 'POST' ? { apiKey: KEY } : undefined;
    const refused: Record<string, string>[] = [
      { origin: 'https://elsewhere.example' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of refused) {
      const answer = await send(world(), method, '/api/session', { body, headers });
      expectError(answer, 403, 'foreign_origin');
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it('is refused without a key of the list, and says nothing about the key', async () => {
    for (const apiKey of ['wrong', `${KEY} `, KEY.toUpperCase(), sha256(KEY).toString('hex')]) {
      const answer = await signIn(world(), apiKey);
      expectError(answer, 401, 'unauthorized');
      expect(JSON.stringify(answer)).not.toContain(apiKey);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    for (const apiKey of [null, '', 7, ['x'], 'x'.repeat(1_025)]) {
      expectError(await signIn(world(), apiKey), 400, 'validation_failed');
    }
    expectError(await signIn(world(), 'x'.repeat(20_000)), 413, 'too_large');
  });

  it.each([
    ['of no value', 'ringback_session='],
    ['of a wrong value', 'ringback_session=undefined'],
    ['of a token that was not given', `ringback_session=${'A'.repeat(43)}`],
    ['of a long value', `ringback_session=${'A'.repeat(5_000)}`],
    ['that cannot be decoded', 'ringback_session=%'],
  ])('is not replaced by a cookie %s', async (_kind, cookie) => {
    expectError(await send(world(), 'GET', '/api/chunks', { headers: { cookie } }), 401, 'unauthorized');
    expect((await send(world(), 'GET', '/api/session', { headers: { cookie } })).body).toEqual(NO_SESSION);
  });

  it('is stored without the token, and removed by a later login once it has expired', async () => {
    const cookie = await cookieOf(world());
    const token = cookie.slice('ringback_session='.length);
    const rows = (): Promise<object[]> =>
      query(world().database.url, `select * from sessions where token_sha256 = $1`, [sha256(token)]);
    expect(await rows()).toMatchObject([{ key_sha256: sha256(KEY) }]);
    await query(
      world().database.url,
      `update sessions set expires_at = now() - interval '1 second' where token_sha256 = $1`,
      [sha256(token)],
    );

    expectError(await send(world(), 'GET', '/api/chunks', { headers: { cookie } }), 401, 'unauthorized');
    await signIn(world());

    expect(await rows()).toEqual([]);
  });

  it('is found by an index, and expired ones too', async () => {
    const plan = async (statement: string): Promise<string> =>
      JSON.stringify(await query(world().database.url, `explain (format json) ${statement}`));
    await query(
      world().database.url,
      `insert into sessions (token_sha256, key_sha256, expires_at)
        select sha256(i::text::bytea), '', now() + interval '1 day' from generate_series(1, 20000) as i`,
    );
    await query(world().database.url, 'analyze sessions');
    expect(await plan(`select key_sha256 from sessions where token_sha256 = '\\x00'`)).toContain(
      'sessions_pkey',
    );
    const expired =
      'select token_sha256 from sessions where expires_at <= now() order by expires_at limit 1000';
    expect(await plan(expired)).toContain('sessions_expires_at');
    await query(world().database.url, 'delete from sessions');
  });
});

describe('a session', () => {
  it('ends with its key, on every process, and outlives a restart', async () => {
    const world = await World.start({ env: keys(KEY, OTHER_KEY) });
    try {
      const cookie = await cookieOf(world);
      const staying = await cookieOf(world, OTHER_KEY);
      const read = async (sent: string): Promise<number> =>
        (await send(world, 'GET', '/api/chunks', { headers: { cookie: sent } })).status;
      await world.stopService();
      await world.startService(keys(OTHER_KEY));

      expect(await read(cookie)).toBe(401);
      expect(await read(staying)).toBe(200);
      expect((await send(world, 'GET', '/api/session', { headers: { cookie } })).body).toEqual(NO_SESSION);
    } finally {
      await world.stop();
    }
  });

  it('is neither valid nor invalid while the database does not answer', async () => {
    const world = await World.start({ env: keys(KEY) });
    const cookie = await cookieOf(world);
    await world.stopService();
    const { proxy, url } = await TcpProxy.start(world.database.url);
    await world.startService({ DATABASE_URL: url });
    try {
      await proxy.close();
      const headers = { cookie, ...own(world) };
      expectError(await send(world, 'GET', '/api/chunks', { headers }), 503, 'unavailable');
      expectError(await send(world, 'POST', '/api/conversations', { body: {}, headers }), 503, 'unavailable');
      expectError(await send(world, 'GET', '/api/session', { headers }), 503, 'unavailable');
    } finally {
      await proxy.open();
      await world.stop();
      await proxy.close();
    }
  });

  it('may be tried a limited number of times, as keys may', async () => {
    const LIMIT = 3;
    const world = await World.start({ env: { ...keys(KEY), REFUSED_RATE_LIMIT: String(LIMIT) } });
    const cookie = `ringback_session=${'A'.repeat(43)}`;
    try {
      for (let i = 0; i < LIMIT; i += 1) expectError(await signIn(world, 'wrong'), 401);
      const refused = await signIn(world, 'wrong');
      expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests' } });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect((await send(world, 'GET', '/api/session', { headers: { cookie } })).status).toBe(429);
      expect((await signIn(world)).status).toBe(200);
    } finally {
      await world.stop();
    }
  });

  it('is secure, and compared with the public origin, behind a trusted proxy with TLS', async () => {
    const world = await World.start({ env: { ...keys(KEY), TRUST_PROXY: 'loopback' } });
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'ringback.example' };
    try {
      const answer = await signIn(world, KEY, { ...forwarded, origin: 'https://ringback.example' });
      expect(answer.status).toBe(200);
      expect(String(answer.headers['set-cookie'])).toMatch(/; Secure(;|$)/);
      const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
      const create = (origin: string): Promise<HttpAnswer> =>
        send(world, 'POST', '/api/conversations', { body: {}, headers: { ...forwarded, cookie, origin } });

      expect((await create('https://ringback.example')).status).toBe(201);
      expect((await create('https://ringback.example:443')).status).toBe(201);
      expectError(await create('http://ringback.example'), 403, 'foreign_origin');
      expectError(await create(world.api.url), 403, 'foreign_origin');
    } finally {
      await world.stop();
    }
  });
});

describe('a service without keys', () => {
  const world = sharedWorld(() => World.start());

  it('needs no login, and gives none', async () => {
    const answer = await signIn(world(), 'anything');
    expect([answer.status, answer.body]).toEqual([200, { name: null, expiresAt: null }]);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect((await send(world(), 'GET', '/api/session')).body).toEqual({ ...NO_SESSION, required: false });
    expect((await send(world(), 'DELETE', '/api/session')).status).toBe(204);
  });

  it('takes no changes from a page of another origin', async () => {
    const create = (headers: Record<string, string>): Promise<HttpAnswer> =>
      send(world(), 'POST', '/api/conversations', { body: {}, headers });
    expect((await create({})).status).toBe(201);
    expect((await create(own(world()))).status).toBe(201);
    expect((await create({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    expectError(await create({ origin: 'https://elsewhere.example' }), 403, 'foreign_origin');
    expectError(await create({ origin: 'null' }), 403, 'foreign_origin');
    expectError(await create({ 'sec-fetch-site': 'cross-site' }), 403, 'foreign_origin');
    expectError(await create({ 'sec-fetch-site': 'same-site' }), 403, 'foreign_origin');
  });

  it('answers to names of this machine only, so that no other name can be bound to it', async () => {
    const port = String(world().port);
    const read = (host: string): Promise<HttpAnswer> =>
      send(world(), 'GET', '/api/chunks', { headers: { host } });
    for (const name of [
      `localhost:${port}`,
      'LOCALHOST',
      '127.0.0.1',
      `127.1.2.3:${port}`,
      `[::1]:${port}`,
    ]) {
      expect((await read(name)).status).toBe(200);
    }
    for (const name of [`elsewhere.example:${port}`, '192.168.0.7', '127.0.0.1.elsewhere.example', 'a b']) {
      expectError(await read(name), 403, 'foreign_host');
    }
  });

  it('takes callbacks under every name, as they have a secret of their own', async () => {
    const answer = await send(world(), 'POST', '/api/webhooks/assemblyai', {
      body: {},
      headers: { host: 'tunnel.example', origin: 'https://elsewhere.example' },
    });
    expectError(answer, 401, 'unauthorized');
    const health = await send(world(), 'GET', '/health/live', { headers: { host: 'tunnel.example' } });
    expect(health.status).toBe(200);
  });

  it('answers to every name behind a trusted proxy', async () => {
    const other = await World.start({ env: { TRUST_PROXY: 'loopback' } });
    const headers = { host: 'ringback.example', 'x-forwarded-proto': 'https' };
    try {
      expect((await send(other, 'GET', '/api/chunks', { headers })).status).toBe(200);
      const create = (origin: string): Promise<HttpAnswer> =>
        send(other, 'POST', '/api/conversations', { body: {}, headers: { ...headers, origin } });
      expect((await create('https://ringback.example')).status).toBe(201);
      expectError(await create('https://elsewhere.example'), 403, 'foreign_origin');
    } finally {
      await other.stop();
    }
  });
});
