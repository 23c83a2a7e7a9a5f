import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from './support/api.js';
import { routesWithMethodsOfBodies } from './support/documented-routes.js';
import { expectError } from './support/expect-error.js';
import { httpRequest } from './support/http-request.js';
import { multipart } from './support/multipart.js';
import { World } from './support/test-service.js';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

describe('API keys', () => {
  const KEYS = ['key-of-one', 'key-of-another'];
  let guarded: World;
  let conversationId: string;

  beforeAll(async () => {
    guarded = await World.start({ env: { API_KEYS: KEYS.join(', ') } });
    const keyed = new Api(guarded.api.url, { authorization: `Bearer ${KEYS[0] ?? ''}` });
    conversationId = (await keyed.createConversation()).id;
  });

  afterAll(async () => {
    await guarded.stop();
  });

  const routes: [string, string][] = [
    ['POST', '/api/projects'],
    ['GET', `/api/projects/${UNKNOWN_ID}`],
    ['PATCH', `/api/projects/${UNKNOWN_ID}`],
    ['POST', '/api/conversations'],
    ['GET', '/api/conversations/:conversation'],
    ['GET', '/api/conversations/:conversation/transcript'],
    ['GET', '/api/conversations/:conversation/events'],
    ['POST', '/api/conversations/:conversation/chunks'],
    ['POST', '/api/conversations/:conversation/finish'],
    ['GET', `/api/chunks/${UNKNOWN_ID}`],
    ['GET', `/api/chunks/${UNKNOWN_ID}/events`],
    ['PUT', `/api/chunks/${UNKNOWN_ID}/transcript`],
    ['GET', `/api/chunks/${UNKNOWN_ID}/revisions`],
    ['POST', `/api/chunks/${UNKNOWN_ID}/revisions/1/restore`],
    ['POST', '/api/conversations/:conversation/summary'],
    ['POST', `/api/transcription/chunks/${UNKNOWN_ID}`],
  ];

  async function statusOf(method: string, path: string, authorization?: string): Promise<unknown> {
    const answer = await httpRequest(guarded.api.url, {
      method,
      path: path.replace(':conversation', conversationId),
      headers: authorization === undefined ? {} : { authorization },
    });
    if (answer.status === 401) expectError(answer, 401);
    return answer.status;
  }

  it.each(routes)('are required: %s %s', async (method, path) => {
    expect(await statusOf(method, path)).toBe(401);
    expect(await statusOf(method, path, 'Bearer wrong')).toBe(401);
    expect(await statusOf(method, path, `Bearer ${KEYS[1] ?? ''}`)).not.toBe(401);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'key-of-one',
    'Basic key-of-one',
    'Bearer key-of-one key-of-another',
    'Bearer key-of-one, key-of-another',
    'Bearer Key-of-one',
    'Bearer key-of-on',
    'Bearer key-of-one\xff',
    'Bearer undefined',
  ])('reject the header %j', async (authorization) => {
    expect(await statusOf('GET', '/api/conversations/:conversation', authorization)).toBe(401);
  });

  it.each(['Bearer key-of-one', 'bearer key-of-another', 'Bearer   key-of-one'])(
    'accept the header %j',
    async (authorization) => {
      expect(await statusOf('GET', '/api/conversations/:conversation', authorization)).toBe(200);
    },
  );

  it.each([
    '/%61pi/conversations/:conversation',
    '/api%2Fconversations%2F:conversation',
    '/API/conversations/:conversation',
    '//api/conversations/:conversation',
    '/./api/conversations/:conversation',
    '/api/conversations/:conversation?x=/docs',
    '/api/conversations/:conversation/',
    '/api;x/conversations/:conversation',
    'http://other.example/api/conversations/:conversation',
    'http://other.example/%61pi/conversations/:conversation',
  ])('cannot be bypassed by writing the path as %s', async (path) => {
    expect([401, 404]).toContain(await statusOf('GET', path));
    expect([401, 404]).toContain(await statusOf('GET', path, 'Bearer wrong'));
  });

  it.each([
    ['/health/live', 200],
    ['/health/ready', 200],
    ['/metrics', 200],
    ['/docs', 200],
    ['/docs-json', 200],
    ['/no-such-route', 404],
  ])('are not required at %s', async (path, status) => {
    expect(await statusOf('GET', path)).toBe(status);
  });

  it('are not required by the callback, which has its own secret', async () => {
    const body = { transcript_id: 'a', status: 'completed' };
    expect((await guarded.callback(body)).status).toBe(404);
    expect((await guarded.callback(body, { secret: KEYS[0] })).status).toBe(401);
  });

  it('are checked on every route before the body is read, which never ends here', async () => {
    const withBody = await routesWithMethodsOfBodies(guarded.api);
    const form = multipart([{ name: 'audio', filename: 'a.wav', content: 'RIFF' }], { isOpen: true });
    const bodies = [
      { 'content-type': 'application/json', body: '{"name":' },
      { 'content-type': form.contentType, body: form.body },
    ];
    for (const { method, path } of withBody) {
      for (const { body, ...headers } of bodies) {
        const answer = await httpRequest(guarded.api.url, { method, path, headers, body, isOpen: true });
        expectError(answer, 401);
      }
    }
    expect(withBody.length).toBeGreaterThan(0);
  });

  it('are checked before an upload is read', async () => {
    const answer = await new Api(guarded.api.url).upload(conversationId);
    expectError(answer, 401);
  });
});
