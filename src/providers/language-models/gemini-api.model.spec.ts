import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ProviderRejectedError, ProviderUnavailableError } from '../provider-error.js';
import { GeminiApiModel } from './gemini-api.model.js';
import type { ModelRequest } from './language-model.js';

const API_KEY = 'test-key-that-nobody-may-see';
const SECRET_WORDS = 'what was said in the room';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

interface Received {
  url: string;
  headers: IncomingMessage['headers'];
  body: {
    contents: { parts: { text?: string; inlineData?: { mimeType: string; data: string } }[] }[];
    systemInstruction: { parts: { text: string }[] };
    generationConfig: Record<string, unknown>;
    store?: boolean;
  };
}

let server: Server;
let baseUrl: string;
let answer: Answer;
let received: Received[];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Received['body'];
      received.push({ url: request.url ?? '', headers: request.headers, body });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  received = [];
  answer = json(good('fine'));
});

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

function good(...texts: string[]): object {
  return { candidates: [{ content: { parts: texts.map((text) => ({ text })) }, finishReason: 'STOP' }] };
}

function finished(finishReason: string, text = '{"corr'): object {
  return { candidates: [{ content: { parts: [{ text }] }, finishReason }] };
}

function googleError(code: number, status: string, details: object[] = []): object {
  return { error: { code, status, message: `key ${API_KEY} and ${SECRET_WORDS}`, details } };
}

function generate(overrides: Partial<ModelRequest> = {}): Promise<unknown> {
  return new GeminiApiModel({ apiKey: API_KEY, baseUrl }).generate({
    model: 'gemini-2.5-pro',
    systemInstruction: 'Correct it.',
    prompt: SECRET_WORDS,
    responseSchema: {
      type: 'OBJECT',
      properties: { note: { type: 'STRING', description: 'A tip.' } },
      required: ['note'],
    },
    maxOutputTokens: 1_000,
    thinking: 'low',
    timeoutMs: 10_000,
    ...overrides,
  });
}

async function failure(overrides: Partial<ModelRequest> = {}): Promise<unknown> {
  return generate(overrides).then(
    () => {
      throw new Error('The call should have failed.');
    },
    (error: unknown) => error,
  );
}

describe('GeminiApiModel', () => {
  it('returns the text, version and usage of a good answer', async () => {
    answer = json({
      ...good('{"note":"x"}'),
      modelVersion: 'gemini-2.5-pro-001',
      usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3, thoughtsTokenCount: 40 },
    });
    await expect(generate()).resolves.toEqual({
      text: '{"note":"x"}',
      modelVersion: 'gemini-2.5-pro-001',
      usage: { inputTokens: 7, outputTokens: 43 },
    });
  });

  it('sends key, instruction, recording, prompt, schema and limits in one request', async () => {
    await generate({ audio: { mimeType: 'audio/wav', bytes: Buffer.from('RIFF') } });
    const [request] = received;
    expect(request?.url).toBe('/v1beta/models/gemini-2.5-pro:generateContent');
    expect(request?.headers['x-goog-api-key']).toBe(API_KEY);
    expect(request?.headers['x-server-timeout']).toBe('10');
    expect(request?.body.systemInstruction.parts).toEqual([{ text: 'Correct it.' }]);
    expect(request?.body.contents[0]?.parts).toEqual([
      { inlineData: { mimeType: 'audio/wav', data: Buffer.from('RIFF').toString('base64') } },
      { text: SECRET_WORDS },
    ]);
    expect(request?.body.generationConfig).toMatchObject({
      responseMimeType: 'application/json',
      responseSchema: { type: 'OBJECT', required: ['note'], properties: { note: { type: 'STRING' } } },
      maxOutputTokens: 1_000,
    });
  });

  it('sends Gemini 3 a thinking level, and neither temperature nor budget', async () => {
    await generate({ model: 'gemini-3.8-flash', thinking: 'medium' });

    expect(received[0]?.body.generationConfig).toMatchObject({ thinkingConfig: { thinkingLevel: 'MEDIUM' } });
    expect(received[0]?.body.generationConfig).not.toHaveProperty('temperature');
    expect(received[0]?.body.generationConfig).not.toHaveProperty('thinkingConfig.thinkingBudget');
  });

  it('sends Gemini 2.5 a low temperature and no thinking level', async () => {
    await generate({ model: 'gemini-2.5-pro' });

    expect(received[0]?.body.generationConfig).toMatchObject({ temperature: 0.2 });
    expect(received[0]?.body.generationConfig).not.toHaveProperty('thinkingConfig');
  });

  it.each(['gemini-3.8-flash', 'gemini-2.5-pro', 'our-gateway-alias'])(
    'disables storage at the provider: %s',
    async (model) => {
      await generate({ model });

      expect(received[0]?.body.store).toBe(false);
    },
  );

  it('makes one request even when an answer asks to be continued', async () => {
    answer = json(finished('CONTINUATION'));

    await expect(failure()).resolves.toMatchObject({ code: 'unfinished' });
    expect(received).toHaveLength(1);
  });

  it('reports the tokens of an unusable answer', async () => {
    answer = json({
      ...finished('MAX_TOKENS'),
      usageMetadata: { promptTokenCount: 7, thoughtsTokenCount: 9 },
    });
    const used: object[] = [];

    await failure({ onUsage: (usage) => used.push(usage) });
    expect(used).toEqual([{ inputTokens: 7, outputTokens: 9 }]);
  });

  it('joins an answer of several parts without the thoughts', async () => {
    answer = json({
      candidates: [
        {
          content: { parts: [{ text: 'Let me listen.', thought: true }, { text: '{"a":' }, { text: '1}' }] },
          finishReason: 'STOP',
        },
      ],
    });
    await expect(generate()).resolves.toMatchObject({ text: '{"a":1}' });
  });

  it('keeps a NUL in the text, which the parser of the answer has to remove', async () => {
    answer = json(good('a\u0000b'));
    await expect(generate()).resolves.toMatchObject({ text: 'a\u0000b' });
  });

  const unavailable: [string, Answer, object][] = [
    [
      '429 with a Retry-After header',
      json(googleError(429, 'RESOURCE_EXHAUSTED'), 429, { 'retry-after': '7' }),
      { code: 'throttled', status: 429, retryAfterMs: 7_000, ambiguous: false },
    ],
    [
      '429 with a RetryInfo detail',
      json(
        googleError(429, 'RESOURCE_EXHAUSTED', [
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '19.5s' },
        ]),
        429,
      ),
      { code: 'throttled', retryAfterMs: 19_500 },
    ],
    ['429 without a body', (response) => response.writeHead(429).end(), { code: 'throttled', status: 429 }],
    ['408', (response) => response.writeHead(408).end(), { code: 'timeout', status: 408 }],
    [
      '503 without a body',
      (response) => response.writeHead(503).end(),
      { code: 'server_error', status: 503 },
    ],
    [
      '500 with an HTML page',
      (response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oops</h1>'),
      { code: 'server_error', status: 500, ambiguous: true },
    ],
    [
      '502 that calls its HTML page JSON',
      (response) => response.writeHead(502, { 'content-type': 'application/json' }).end('<h1>Oops</h1>'),
      { code: 'server_error', status: 502 },
    ],
    [
      'a body that is not JSON',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"candidates": [{'),
      { code: 'invalid_answer' },
    ],
    ['a socket cut before the answer', (_response, request) => request.socket.destroy(), { code: 'network' }],
    [
      'a socket cut in the middle of the answer',
      (response, request) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"candidates"', () => request.socket.destroy());
      },
      { code: 'network', ambiguous: true },
    ],
    ['no candidates', json({ candidates: [] }), { code: 'no_candidates' }],
    ['an empty object', json({}), { code: 'no_candidates' }],
    [
      'a candidate without content',
      json({ candidates: [{ finishReason: 'STOP' }] }),
      { code: 'empty_answer' },
    ],
    ['MAX_TOKENS', json(finished('MAX_TOKENS')), { code: 'truncated' }],
    ['OTHER', json(finished('OTHER')), { code: 'unfinished' }],
    ['an unknown reason', json(finished('SOMETHING_NEW')), { code: 'unfinished' }],
    [
      'no reason at all',
      json({ candidates: [{ content: { parts: [{ text: 'x' }] } }] }),
      { code: 'unfinished' },
    ],
  ];

  it.each(unavailable)('reports as unavailable, after one request: %s', async (_name, given, expected) => {
    answer = given;
    const error = await failure();
    expect(error).toBeInstanceOf(ProviderUnavailableError);
    expect(error).toMatchObject({ provider: 'gemini', ...expected });
    expect(received).toHaveLength(1);
  });

  const rejected: [string, Answer, object][] = [
    ['400', json(googleError(400, 'INVALID_ARGUMENT'), 400), { code: 'bad_request', status: 400 }],
    [
      '400 for a bad key',
      json(
        googleError(400, 'INVALID_ARGUMENT', [
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
        ]),
        400,
      ),
      { code: 'unauthenticated', message: expect.stringContaining('GEMINI_API_KEY') as unknown },
    ],
    ['401', json(googleError(401, 'UNAUTHENTICATED'), 401), { code: 'unauthenticated', status: 401 }],
    ['403', json(googleError(403, 'PERMISSION_DENIED'), 403), { code: 'forbidden', status: 403 }],
    [
      '404',
      json(googleError(404, 'NOT_FOUND'), 404),
      { code: 'model_not_found', message: expect.stringContaining('CORRECTION_MODEL') as unknown },
    ],
    ['413', (response) => response.writeHead(413).end(), { code: 'too_large' }],
    ['a blocked prompt', json({ promptFeedback: { blockReason: 'SAFETY' } }), { code: 'prompt_blocked' }],
    ...['SAFETY', 'RECITATION', 'LANGUAGE', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII'].map(
      (reason): [string, Answer, object] => [
        `an answer stopped for ${reason}`,
        json(finished(reason)),
        { code: 'answer_blocked', message: expect.stringContaining(reason) as unknown },
      ],
    ),
  ];

  it.each(rejected)('reports as rejected, after one request: %s', async (_name, given, expected) => {
    answer = given;
    const error = await failure();
    expect(error).toBeInstanceOf(ProviderRejectedError);
    expect(error).toMatchObject({ provider: 'gemini', ...expected });
    expect(received).toHaveLength(1);
  });

  it.each([...unavailable, ...rejected])(
    'reveals neither key, address nor content: %s',
    async (_name, given) => {
      answer = given;
      const error = await failure();
      const everything =
        error instanceof Error ? `${error.message} ${JSON.stringify(error)} ${String(error.cause)}` : '';
      expect(everything).not.toContain(API_KEY);
      expect(everything).not.toContain(SECRET_WORDS);
      expect(everything).not.toContain('127.0.0.1');
    },
  );

  it('times out when the server does not answer', async () => {
    answer = () => undefined;
    await expect(failure({ timeoutMs: 50 })).resolves.toMatchObject({
      name: 'ProviderUnavailableError',
      code: 'timeout',
      ambiguous: true,
    });
  });

  it('times out when the server stalls in the middle of its answer, and closes the connection', async () => {
    const closed = new Promise<void>((resolve) => {
      answer = (response, request) => {
        request.socket.once('close', resolve);
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"candidates"');
      };
    });
    await expect(failure({ timeoutMs: 50 })).resolves.toMatchObject({ code: 'timeout' });
    await closed;
  });

  it('stops at once when the caller aborts', async () => {
    const controller = new AbortController();
    answer = () => {
      controller.abort();
    };
    await expect(failure({ signal: controller.signal })).resolves.toMatchObject({ code: 'cancelled' });
  });

  it('sends nothing when the caller aborted before', async () => {
    await expect(failure({ signal: AbortSignal.abort() })).resolves.toMatchObject({ code: 'cancelled' });
    expect(received).toHaveLength(0);
  });

  it('reports a refused connection as unavailable', async () => {
    const model = new GeminiApiModel({ apiKey: API_KEY, baseUrl: 'http://127.0.0.1:1' });
    await expect(
      model.generate({
        model: 'm',
        systemInstruction: '',
        prompt: '',
        responseSchema: { type: 'OBJECT', properties: {}, required: [] },
        maxOutputTokens: 1,
        thinking: 'low',
        timeoutMs: 5_000,
      }),
    ).rejects.toMatchObject({ code: 'network' });
  });
});
