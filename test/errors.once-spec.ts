import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { requestIdOf } from '../src/http/errors/request-id.js';
import { expectError } from './support/expect-error.js';
import { httpRequest } from './support/http-request.js';
import { ServiceProcess } from './support/service-process.js';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

const world = sharedWorld(() => World.start());

/** Sends bytes that need not be HTTP. @returns everything that comes back */
async function sendBytes(bytes: string): Promise<string> {
  const socket = connect(world().port, '127.0.0.1');
  socket.end(bytes);
  return text(socket);
}

describe('the id of a request', () => {
  it.each([
    ['a route', 'GET', '/health/live'],
    ['a refused request', 'GET', '/api/chunks?limit=x'],
    ['an unknown id', 'GET', `/api/chunks/${UNKNOWN_ID}`],
    ['an unknown path', 'GET', '/no-such-route'],
    ['a broken URL', 'GET', '/api/chunks/%zz'],
    ['a callback', 'POST', '/api/webhooks/assemblyai'],
    ['the documentation', 'GET', '/docs-json'],
  ])('is in the answer of %s, and in its body when it is an error', async (_name, method, path) => {
    const made = await httpRequest(world().api.url, { method, path });
    expect(made.headers['x-request-id']).toMatch(UUID_V7);

    const given = { 'x-request-id': 'call.7_of-somebody' };
    const { status, headers, body } = await httpRequest(world().api.url, { method, path, headers: given });
    expect(headers['x-request-id']).toBe('call.7_of-somebody');
    if (status >= 400) expect(body).toMatchObject({ requestId: 'call.7_of-somebody' });
  });

  it.each(['', ' ', 'a b', 'a"b', 'ü', 'x'.repeat(129), 'a,b', 'a/b'])(
    'is a new one when the caller sends %j',
    (id) => {
      expect(requestIdOf({ headers: { 'x-request-id': id } })).toMatch(UUID_V7);
    },
  );

  it('may have 128 characters', () => {
    const id = 'x'.repeat(128);
    expect(requestIdOf({ headers: { 'x-request-id': id } })).toBe(id);
  });

  it('is also given to bytes that are no HTTP request', async () => {
    const answer = await sendBytes('this is no HTTP\r\n\r\n');

    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    const id = /^x-request-id: (.*)$/im.exec(head)?.[1];
    expect(id).toMatch(UUID_V7);
    expect(JSON.parse(body)).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: 'this is no HTTP request',
      code: 'invalid_request',
      requestId: id,
    });
  });

  it('of headers that are too large is in a 431', async () => {
    const answer = await sendBytes(`GET / HTTP/1.1\r\nHost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"code":"headers_too_large"');
  });

  it('is in the log line of a request that changes something', async () => {
    const other = await World.start({ env: { API_KEYS: 'a-key-that-is-long-enough' } });
    await other.stopService();
    const service = await ServiceProcess.start(other.env());
    try {
      const answer = await httpRequest(`http://127.0.0.1:${other.port}`, {
        method: 'POST',
        path: '/api/conversations',
        headers: {
          authorization: 'Bearer a-key-that-is-long-enough',
          'x-request-id': 'found-in-the-log',
          'content-type': 'application/json',
        },
        body: '{}',
      });
      expect(answer.status).toBe(201);
      await service.stop();
      expect(service.output).toContain(
        'POST /api/conversations 201 key=\\"key 1\\" requestId=found-in-the-log',
      );
    } finally {
      await service.stop('SIGKILL');
      await other.stop();
    }
  });
});

describe('the code of an error', () => {
  it('says which conflict it is', async () => {
    const { api } = world();
    const { id } = await api.createConversation();
    const chunk = await api.addChunk(id);
    await api.settledChunk(chunk.id);
    await api.finish(id);

    expectError(await api.upload(id), 409, 'conversation_finished');
    expectError(await api.post(`/api/transcription/chunks/${chunk.id}`), 409, 'chunk_completed');
  });

  it('distinguishes problems with fields from others', async () => {
    const { api } = world();
    expectError(await api.post('/api/projects', { name: 7 }), 400, 'validation_failed');
    expectError(await api.post('/api/projects', '{'), 400, 'invalid_request');
    expectError(await api.get(`/api/chunks/${UNKNOWN_ID}`), 404, 'not_found');
    expectError(await api.get('/no-such-route'), 404, 'not_found');
    expectError(
      await api.post('/api/projects', '<a/>', { 'content-type': 'application/xml' }),
      415,
      'unsupported_media_type',
    );
  });

  it('names a file that is not audio', async () => {
    const { api } = world();
    const { id } = await api.createConversation();
    const answer = await api.upload(id, { audio: new TextEncoder().encode('just a text, no sound at all') });
    expectError(answer, 415, 'not_audio');
  });
});
