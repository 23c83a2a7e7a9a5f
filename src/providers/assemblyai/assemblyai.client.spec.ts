import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderNotFoundError, ProviderRejectedError } from '../provider-error.js';
import { ProviderUnavailableError } from '../provider-error.js';
import { errorOfNoAnswer } from './assemblyai-error.js';
import { AssemblyAiClient, type AssemblyAiTimeouts } from './assemblyai.client.js';

const KEY = 'key-0123456789';
const TRANSCRIPT = { id: 't-1', status: 'queued', text: null, audio_url: 'https://a.example/x' };
const REQUEST = {
  audio_url: 'https://a.example/x.mp3?X-Amz-Signature=abc',
  speech_models: ['universal-2'],
  webhook_auth_header_value: 'hook-secret',
};

interface Received {
  method?: string;
  url?: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  port?: number;
}

let server: http.Server;
let baseUrl: string;
let received: Received[];
let respond: (request: http.IncomingMessage, response: http.ServerResponse) => void;
let clients: AssemblyAiClient[];

beforeEach(async () => {
  received = [];
  clients = [];
  server = http.createServer((request, response) => {
    const seen: Received = {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: '',
      port: request.socket.remotePort,
    };
    received.push(seen);
    request.on('data', (chunk: Buffer) => {
      seen.body += chunk.toString('latin1');
    });
    request.on('end', () => {
      respond(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const client of clients) client.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function client(timeouts: Partial<AssemblyAiTimeouts> = {}): AssemblyAiClient {
  const created = new AssemblyAiClient({ baseUrl: `${baseUrl}/`, apiKey: KEY, timeouts });
  clients.push(created);
  return created;
}

function answer(status: number, body: unknown = '', headers: http.OutgoingHttpHeaders = {}): void {
  respond = (_request, response) => {
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

type Operation = 'submit' | 'get' | 'list' | 'delete';

async function failureOf(operation: Operation, using = client(), signal?: AbortSignal): Promise<unknown> {
  const calls = {
    submit: () => using.submit(REQUEST, signal),
    get: () => using.get('t-1', signal),
    list: () => using.list({ limit: 10, signal }),
    delete: () => using.delete('t-1', signal),
  };
  return calls[operation]().then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

describe('requests', () => {
  it('submit as JSON, with the raw key', async () => {
    answer(200, TRANSCRIPT);
    await expect(client().submit(REQUEST)).resolves.toEqual(TRANSCRIPT);
    expect(received[0]).toMatchObject({ method: 'POST', url: '/v2/transcript' });
    expect(received[0]?.headers).toMatchObject({ authorization: KEY, 'content-type': 'application/json' });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual(REQUEST);
  });

  it('return a whole transcript, including unknown fields', async () => {
    const whole = { ...TRANSCRIPT, status: 'completed', text: 'Hi.', words: [{ text: 'Hi.' }], novelty: 0.5 };
    answer(200, whole);
    await expect(client().get('t-1')).resolves.toEqual(whole);
    expect(received[0]).toMatchObject({ method: 'GET', url: '/v2/transcript/t-1' });
  });

  it('list a page, skip invalid entries, and return the start of the next page', async () => {
    answer(200, {
      page_details: { prev_url: `${baseUrl}/v2/transcript?limit=3&before_id=t-0`, next_url: null },
      transcripts: [
        { id: 't-2', status: 'queued', audio_url: 'https://a.example/2' },
        { id: 7, status: 'queued' },
        null,
        { id: 't-1', status: 'completed', audio_url: null },
      ],
    });
    const page = await client().list({ limit: 3, status: 'queued', beforeId: 't-9' });
    expect(page).toEqual({
      transcripts: [
        { id: 't-2', status: 'queued', audioUrl: 'https://a.example/2' },
        { id: 't-1', status: 'completed', audioUrl: null },
      ],
      nextBeforeId: 't-0',
    });
    expect(received[0]?.url).toBe('/v2/transcript?limit=3&status=queued&before_id=t-9');
  });

  it('return no next page on the last one', async () => {
    answer(200, { page_details: { prev_url: null }, transcripts: [] });
    await expect(client().list({ limit: 200 })).resolves.toEqual({
      transcripts: [],
      nextBeforeId: undefined,
    });
    expect(received[0]?.url).toBe('/v2/transcript?limit=200');
  });

  it('delete a transcript', async () => {
    answer(200, { ...TRANSCRIPT, status: 'completed' });
    await client().delete('t-1');
    expect(received[0]).toMatchObject({ method: 'DELETE', url: '/v2/transcript/t-1' });
  });

  it('use one connection for consecutive calls', async () => {
    answer(200, TRANSCRIPT);
    const using = client();
    await using.get('t-1');
    await using.get('t-2');
    expect(received[1]?.port).toBe(received[0]?.port);
  });

  it.each(['../upload', '..', 'a/b', '', 'a?b=c'])(
    'are not sent for %p, which is not a transcript id',
    async (id) => {
      await expect(client().get(id)).rejects.toBeInstanceOf(ProviderNotFoundError);
      expect(received).toEqual([]);
    },
  );
});

describe('a failed answer', () => {
  const balance = 'Your current account balance is negative. Please top up to continue using the API.';
  const lookup = 'Transcript lookup error, transcript id not found';

  it.each<[Operation, number, unknown, http.OutgoingHttpHeaders, object]>([
    [
      'submit',
      429,
      { error: 'slow' },
      { 'retry-after': '7' },
      { code: 'throttled', retryAfterMs: 7_000, ambiguous: false },
    ],
    ['get', 429, '', {}, { code: 'throttled', retryAfterMs: undefined, ambiguous: false }],
    ['submit', 408, '', {}, { code: 'timeout', ambiguous: true }],
    [
      'submit',
      500,
      { error: 'Server error, developers have been alerted.' },
      {},
      { code: 'server_fault', ambiguous: true },
    ],
    ['get', 500, { error: 'x' }, {}, { code: 'server_fault', ambiguous: false }],
    ['submit', 502, '<html>Bad gateway</html>', {}, { code: 'server_fault', ambiguous: true }],
    [
      'list',
      503,
      '',
      { 'retry-after': '2' },
      { code: 'server_fault', retryAfterMs: 2_000, ambiguous: false },
    ],
    ['delete', 504, '', {}, { code: 'server_fault', ambiguous: false }],
    [
      'submit',
      400,
      { error: balance },
      {},
      { code: 'account_blocked', retryAfterMs: 60_000, ambiguous: false },
    ],
    ['submit', 200, '<html>Welcome</html>', {}, { code: 'invalid_answer', ambiguous: true }],
    ['submit', 200, {}, {}, { code: 'invalid_answer', ambiguous: true }],
    ['get', 200, { id: 't-1', status: 'dreaming' }, {}, { code: 'invalid_answer', ambiguous: false }],
    ['get', 200, { ...TRANSCRIPT, text: 5 }, {}, { code: 'invalid_answer' }],
    ['get', 200, { ...TRANSCRIPT, audio_duration: '5' }, {}, { code: 'invalid_answer' }],
    ['get', 200, '[]', {}, { code: 'invalid_answer' }],
    ['list', 200, { transcripts: null }, {}, { code: 'invalid_answer' }],
  ])(
    'to %s with status %i and body %j can be tried again',
    async (operation, status, body, headers, expected) => {
      answer(status, body, { 'x-request-id': 'r-1', ...headers });
      const error = await failureOf(operation);
      expect(error).toBeInstanceOf(ProviderUnavailableError);
      expect(error).toMatchObject({ provider: 'assemblyai', status, requestId: 'r-1', ...expected });
    },
  );

  it.each<[Operation, number, unknown]>([
    ['get', 404, { error: 'not found' }],
    ['get', 404, ''],
    ['get', 400, { error: lookup }],
    ['delete', 404, ''],
    ['delete', 400, { error: lookup }],
  ])(
    'to %s with status %i and body %j means that the transcript does not exist',
    async (operation, status, body) => {
      answer(status, body);
      const error = await failureOf(operation);
      expect(error).toBeInstanceOf(ProviderNotFoundError);
      expect(error).toMatchObject({ code: 'not_found', status });
    },
  );

  it.each<[Operation, number, unknown, string, RegExp]>([
    [
      'submit',
      401,
      { error: 'Authentication error, API token missing/invalid' },
      'unauthorized',
      /ASSEMBLYAI_API_KEY.*region/,
    ],
    [
      'submit',
      403,
      { error: 'Cannot access uploaded file' },
      'forbidden',
      /uploaded file.*ASSEMBLYAI_API_KEY/,
    ],
    ['submit', 400, { error: 'speech_models is required' }, 'rejected', /"speech_models is required"/],
    ['submit', 400, '<html>', 'rejected', /refused the request \(400\)\.$/],
    ['submit', 404, '', 'wrong_url', /ASSEMBLYAI_BASE_URL/],
    ['list', 422, { error: 7 }, 'rejected', /\(422\)/],
  ])('to %s with status %i and body %j is final', async (operation, status, body, code, message) => {
    answer(status, body);
    const error = await failureOf(operation);
    expect(error).toBeInstanceOf(ProviderRejectedError);
    expect(error).toMatchObject({ code, status, message: expect.stringMatching(message) as unknown });
  });

  it('is not followed when it redirects: the key must not be sent to another host', async () => {
    answer(302, '', { location: `${baseUrl}/elsewhere` });
    const error = await failureOf('submit');
    expect(error).toBeInstanceOf(ProviderRejectedError);
    expect(error).toMatchObject({ code: 'wrong_url' });
    expect(received).toHaveLength(1);
  });

  it('does not reveal our secrets in any property of the error', async () => {
    answer(400, { error: `${KEY} hook-secret ${REQUEST.audio_url} ${'x'.repeat(5_000)}` });
    const shown = inspect(await failureOf('submit'), { depth: 10, showHidden: true });
    expect(shown).toContain('https://a.example/x.mp3');
    for (const secret of [KEY, 'hook-secret', 'Signature']) expect(shown).not.toContain(secret);
    expect(shown.length).toBeLessThan(3_000);
  });

  it('is not read to its end when it is larger than any list', async () => {
    answer(200, `{"transcripts":[],"x":"${'x'.repeat(5_000_000)}"}`);
    await expect(failureOf('list')).resolves.toMatchObject({ code: 'invalid_answer' });
  });

  it('is final for a transcript longer than ten hours of speech', async () => {
    answer(200, { ...TRANSCRIPT, text: 'x'.repeat(33_554_432) });
    await expect(failureOf('get')).resolves.toMatchObject({
      name: 'ProviderRejectedError',
      code: 'text_too_long',
    });
  });
});

describe('a call without an answer', () => {
  const silence = () => undefined;

  it.each<[Operation, boolean]>([
    ['submit', true],
    ['get', false],
  ])('to %s in time times out, ambiguous: %p', async (operation, ambiguous) => {
    respond = silence;
    const error = await failureOf(operation, client({ submitMs: 100, answerMs: 100 }));
    expect(error).toBeInstanceOf(ProviderUnavailableError);
    expect(error).toMatchObject({ code: 'timeout', ambiguous });
  });

  it('times out as well when bytes arrive without end', async () => {
    let dripping: NodeJS.Timeout | undefined;
    respond = (_request, response) => {
      response.writeHead(200);
      dripping = setInterval(() => response.write(' '), 10);
      response.on('close', () => {
        clearInterval(dripping);
      });
    };
    await expect(failureOf('get', client({ answerMs: 5_000, readMs: 200 }))).resolves.toMatchObject({
      code: 'timeout',
    });
  });

  it.each<[Operation, boolean]>([
    ['submit', true],
    ['get', false],
  ])('to %s is a lost connection when the connection broke, ambiguous: %p', async (operation, ambiguous) => {
    respond = (request) => {
      request.socket.destroy();
    };
    const error = await failureOf(operation);
    expect(error).toBeInstanceOf(ProviderUnavailableError);
    expect(error).toMatchObject({ code: 'connection_lost', ambiguous, status: undefined });
  });

  it('is a lost connection too when half of the answer arrived', async () => {
    respond = (request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"id":"t-1",', () => request.socket.destroy());
    };
    await expect(failureOf('get')).resolves.toMatchObject({ code: 'connection_lost' });
  });

  it('is not ambiguous when the connection was refused', async () => {
    const spare = http.createServer().listen(0, '127.0.0.1');
    await once(spare, 'listening');
    const { port } = spare.address() as AddressInfo;
    spare.close();
    await once(spare, 'close');
    const nobody = new AssemblyAiClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey: KEY });
    const error = await failureOf('submit', nobody);
    expect(error).toBeInstanceOf(ProviderUnavailableError);
    expect(error).toMatchObject({ code: 'connection_refused', ambiguous: false });
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN'])('is not ambiguous when the host name is not found (%s)', (code) => {
    expect(errorOfNoAnswer({ operation: 'submit', reason: 'broken', code })).toMatchObject({
      code: 'name_not_found',
      ambiguous: false,
    });
  });

  it('ends when the caller aborts', async () => {
    const controller = new AbortController();
    respond = () => {
      controller.abort();
    };
    const error = await failureOf('submit', client(), controller.signal);
    expect(error).toMatchObject({ code: 'stopped', ambiguous: true });
  });

  it('is not sent when the caller has aborted before', async () => {
    await expect(failureOf('get', client(), AbortSignal.abort())).resolves.toMatchObject({ code: 'stopped' });
    expect(received).toEqual([]);
  });
});
